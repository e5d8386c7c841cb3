import { probeKafka, probePostgres, probeTemporal } from '../probes.ts';
import { type Provided, type ServerAddresses, TEMPORAL_NAMESPACE } from '../server.ts';
import { provideNamespace } from '../temporal/namespace.ts';
import type { Choice } from './choice.ts';

type Environment = Extract<Choice, { source: 'environment' }>;

/** A server named in the environment does not answer. */
export class ServerUnreachableError extends Error {
  readonly code = 'SERVER_UNREACHABLE';

  constructor(why: string, cause: unknown) {
    super(`${why}, but it does not answer: ${(cause as Error).message}`, { cause });
    this.name = 'ServerUnreachableError';
  }
}

/** Servers that somebody else runs: asked once whether they answer, never started, never stopped. */
export const ENVIRONMENT_PROVIDERS = {
  async postgres(choice: Environment): Promise<Provided<ServerAddresses['postgres']>> {
    const url = choice.value;
    await answers(choice, () => probePostgres(url));
    return { server: 'postgres', address: { superuserUrl: url }, unit: null, origin: choice.why };
  },

  async kafka(choice: Environment): Promise<Provided<ServerAddresses['kafka']>> {
    const brokers = choice.value.split(',').map((broker) => broker.trim());
    await answers(choice, () => probeKafka(brokers));
    return { server: 'kafka', address: { brokers }, unit: null, origin: choice.why };
  },

  async temporal(choice: Environment): Promise<Provided<ServerAddresses['temporal']>> {
    const address = choice.value;
    await answers(choice, () => provideNamespace(address, TEMPORAL_NAMESPACE));
    await answers(choice, () => probeTemporal(address, TEMPORAL_NAMESPACE));
    const ui = process.env['BEZEL_TEMPORAL_UI'] ?? null;
    return {
      server: 'temporal',
      address: { address, namespace: TEMPORAL_NAMESPACE, ui },
      unit: null,
      origin: choice.why,
    };
  },
} as const;

async function answers(choice: Environment, ask: () => Promise<void>): Promise<void> {
  try {
    await ask();
  } catch (error) {
    throw new ServerUnreachableError(choice.why, error);
  }
}
