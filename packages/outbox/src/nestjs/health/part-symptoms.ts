import type { Symptom } from './patience.ts';

/** What relays and consumers tell of themselves alike. */
export interface PartStatus {
  readonly state: 'new' | 'running' | 'stopping' | 'stopped';
  readonly trouble: { readonly with: 'kafka' | 'database'; readonly message: string; readonly since: string } | null;
}

/** The two clocks, read together, in ms: one that only goes forward, and the one that `since` is told by. */
export interface Clocks {
  readonly now: number;
  readonly wallNow: number;
}

/**
 * What can be wrong with either: it does not run, and then nothing else is to be said; or it has trouble with a server, and
 * what `ofRunning` finds besides.
 */
export function partSymptoms(
  part: 'relay' | 'consumer',
  { state, trouble }: PartStatus,
  { now, wallNow }: Clocks,
  ofRunning: () => readonly Symptom[],
): Symptom[] {
  if (state !== 'running') {
    return [{ kind: 'fault', id: state, message: `the ${part} is ${state}` }];
  }
  const symptoms: Symptom[] = [];
  if (trouble !== null) {
    const since = now - Math.max(0, wallNow - Date.parse(trouble.since));
    symptoms.push({ kind: 'trouble', id: 'trouble', message: `${trouble.with}: ${trouble.message}`, since });
  }
  return [...symptoms, ...ofRunning()];
}
