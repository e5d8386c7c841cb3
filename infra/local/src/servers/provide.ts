import {
  type Choice,
  chooseSources,
  IMAGES,
  type Machine,
  SERVER_NAMES,
  SERVER_VARIABLES,
  type ServerName,
  TEMPORAL_KIND_VARIABLE,
  type TemporalKind,
  temporalKindOf,
} from './choosing/choice.ts';
import { askEngine } from './choosing/engine.ts';
import { ENVIRONMENT_PROVIDERS } from './choosing/environment.ts';
import { inspectMachine } from './choosing/machine.ts';
import { provideImages } from './container/images.ts';
import type { ProvideContext } from './context.ts';
import { NATIVE_PROVIDERS } from './native/provide.ts';
import type { Progress } from './progress.ts';
import type { Provided, ServerAddresses } from './server.ts';
import { together } from './together.ts';

/** The three servers, ready to be started. */
export interface ProvidedServers {
  readonly addresses: ServerAddresses;
  /** What the supervisor has to run, and what comes before and after it. */
  readonly servers: { readonly [S in ServerName]: Provided<ServerAddresses[S]> };
  /** Where each server comes from, and why. */
  readonly origins: Readonly<Record<ServerName, string>>;
}

/**
 * Chooses a source for each server, gets its program and its data folder ready, all three at the same time. Nothing is
 * started. Throws `NoSourceError` or `ServerUnobtainableError` when a server cannot be had, saying what is missing.
 */
export async function provideServers(context: Omit<ProvideContext, 'machine'>): Promise<ProvidedServers> {
  const kind = temporalKindOf(process.env[TEMPORAL_KIND_VARIABLE]);
  const machine = await inspectMachine(await engineWithImages(kind, context.progress, context.signal));
  const choices = chooseSources(machine);
  const full: ProvideContext = { ...context, machine };
  const [postgres, kafka, temporal] = await together(
    context.signal,
    (signal) => provide('postgres', choices.postgres, { ...full, signal }),
    (signal) => provide('kafka', choices.kafka, { ...full, signal }),
    (signal) => provide('temporal', choices.temporal, { ...full, signal }),
  );
  const provided = { postgres, kafka, temporal };
  return {
    addresses: { postgres: postgres.address, kafka: kafka.address, temporal: temporal.address },
    servers: provided,
    origins: { postgres: postgres.origin, kafka: kafka.origin, temporal: temporal.origin },
  };
}

/** An engine counts when it can provide the images of all servers that come from one. */
async function engineWithImages(
  temporal: TemporalKind,
  progress: Progress,
  signal: AbortSignal,
): Promise<Machine['engine']> {
  const engine = await askEngine();
  if (engine.state !== 'answers') {
    return engine;
  }
  const wanted = SERVER_NAMES.filter((server) => (process.env[SERVER_VARIABLES[server]] ?? '') === '').filter(
    (server) => server !== 'temporal' || temporal === 'dev',
  );
  return provideImages(
    engine,
    wanted.map((server) => IMAGES[server]),
    progress,
    signal,
  );
}

async function provide<S extends ServerName>(
  server: S,
  choice: Choice,
  context: ProvideContext,
): Promise<Provided<ServerAddresses[S]>> {
  switch (choice.source) {
    case 'environment':
      return ENVIRONMENT_PROVIDERS[server](choice) as Promise<Provided<ServerAddresses[S]>>;
    case 'container': {
      const { CONTAINER_PROVIDERS } = await import('./container/provide.ts');
      return CONTAINER_PROVIDERS[server](choice, context) as Promise<Provided<ServerAddresses[S]>>;
    }
    case 'native':
      return NATIVE_PROVIDERS[server](choice, context) as Promise<Provided<ServerAddresses[S]>>;
  }
}
