import { log } from '../telemetry/index.ts';

/** Logs what a consumer or a relay tells its `onError`. */
export const logProblem = (problem: { readonly kind: string; readonly error: Error }): void => {
  const { error, kind, ...details } = problem;
  log.warn({ err: error, 'event.action': `${kind}-problem`, 'bezel.problem': details }, error.message);
};
