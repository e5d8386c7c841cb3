import type { ServerName } from '../servers/choosing/choice.ts';
import type { WebUi } from '../servers/context.ts';
import { type ProvidedServers, provideServers } from '../servers/provide.ts';
import { provideNamespace } from '../servers/temporal/namespace.ts';
import { provideSearchAttributes } from '../servers/temporal/search-attributes.ts';
import type { Unit } from '../supervisor/unit.ts';
import type { Session } from './state/session.ts';

/** Work to be done as soon as one server is up, while the others still start. */
export interface OnceUp {
  readonly postgres?: (provided: ProvidedServers) => Promise<void>;
  readonly kafka?: (provided: ProvidedServers) => Promise<void>;
}

export interface ServerOptions {
  readonly postgresSettings: Readonly<Record<string, string>>;
  /** Null where nobody wants Temporal's web UI. */
  readonly webUi: WebUi | null;
  /** Ways to Kafka beside its own, by names of one's own: see `ServerAddresses`. */
  readonly kafkaDetours?: readonly string[] | undefined;
  readonly onceUp?: OnceUp;
  /** Units to start in the same wave. */
  readonly beside?: readonly Unit[];
}

/**
 * Provides the three servers and starts them at the same time; one that stands on Postgres waits for it. Settles when all
 * are up, Temporal knows the orders' namespace and search attributes, and the work of `onceUp` is done.
 */
export async function startServers(
  session: Session,
  { postgresSettings, webUi, kafkaDetours = [], onceUp = {}, beside = [] }: ServerOptions,
): Promise<ProvidedServers> {
  const { supervisor, progress } = session;
  const provided = await provideServers({ ...session, postgresSettings, webUi, kafkaDetours });
  const { addresses, servers } = provided;
  const [first, second, third] = [supervisor.nextWave(), supervisor.nextWave(), supervisor.nextWave()];
  const up = async (name: ServerName, wave: number): Promise<void> => {
    const { unit } = servers[name];
    if (unit !== null) {
      await progress.step(`${name} up`, () => supervisor.start([unit], wave));
    }
  };
  const postgresUp = up('postgres', first);
  const besideUp = supervisor.start(beside, first);
  const temporalUp = async (): Promise<void> => {
    const { onPostgres, companions = [] } = servers.temporal;
    if (onPostgres !== undefined) {
      await postgresUp;
      await progress.step("Temporal's databases ready", () => onPostgres(addresses.postgres.superuserUrl));
    }
    await up('temporal', onPostgres === undefined ? first : second);
    const { address, namespace } = addresses.temporal;
    await provideNamespace(address, namespace);
    await provideSearchAttributes(address, namespace);
    await besideUp; // the web UI asks the issuer for its settings when it starts
    await supervisor.start(companions, third);
  };
  await Promise.all([
    postgresUp.then(() => onceUp.postgres?.(provided)),
    up('kafka', first).then(() => onceUp.kafka?.(provided)),
    temporalUp(),
    besideUp,
  ]);
  return provided;
}
