import { type ProvidedServers, provideServers } from '../servers/provide.ts';
import { provideSearchAttributes } from '../servers/search-attributes.ts';
import type { Unit } from '../supervisor/unit.ts';
import type { Session } from './session.ts';

/** Work to be done as soon as one server is up, while the others still start. */
export interface OnceUp {
  readonly postgres?: (provided: ProvidedServers) => Promise<void>;
  readonly kafka?: (provided: ProvidedServers) => Promise<void>;
}

/**
 * Provides the three servers and starts them at the same time, with `beside` in the same wave. Settles when all are up,
 * Temporal knows the orders' search attributes, and the work of `onceUp` is done.
 */
export async function startServers(
  session: Session,
  postgresSettings: Readonly<Record<string, string>>,
  { onceUp = {}, beside = [] }: { readonly onceUp?: OnceUp; readonly beside?: readonly Unit[] } = {},
): Promise<ProvidedServers> {
  const { supervisor, progress } = session;
  const provided = await provideServers({ ...session, postgresSettings });
  const wave = supervisor.nextWave();
  const work: Readonly<Record<string, ((provided: ProvidedServers) => Promise<void>) | undefined>> = {
    ...onceUp,
    temporal: ({ addresses: { temporal } }) => provideSearchAttributes(temporal.address, temporal.namespace),
  };
  const names = ['postgres', 'kafka', 'temporal'];
  await Promise.all([
    ...names.map(async (name) => {
      const unit = provided.units.find((candidate) => candidate.name === name);
      if (unit !== undefined) {
        await progress.step(`${name} up`, () => supervisor.start([unit], wave));
      }
      await work[name]?.(provided);
    }),
    supervisor.start(beside, wave),
  ]);
  return provided;
}
