import type { Progress } from '../servers/progress.ts';
import type { UnitStatus } from '../supervisor/supervisor.ts';
import { type AppContext, appUnit } from './apps/app-units.ts';
import { build } from './apps/build.ts';
import type { AppProcess } from './layout.ts';
import type { Places } from './places.ts';
import { provideBase, type StackBase } from './start.ts';
import { dropData, openSession, type SessionOptions } from './state/session.ts';

/** A process that may differ from what the layout says of its like. */
export interface OwnProcess extends AppProcess {
  /** Opens its doors on ports of its own: of several instances only one can have those people know. */
  readonly ownPorts?: boolean;
  /** What it is told in place of what all are told: other ways to the servers, say. */
  readonly told?: (context: AppContext) => AppContext;
}

/** A stack of one run's own, whose app processes are started and ended by whoever opened it. */
export interface StackWithoutApps extends StackBase, AsyncDisposable {
  /** Starts processes of apps and settles when each works. Disposing of them ends them; the servers go on. */
  run(processes: readonly OwnProcess[]): Promise<AsyncDisposable>;
  /** Every process as it is now, servers included: pids change with every restart. */
  units(): readonly UnitStatus[];
}

/** `backOff` and `onEnd` are for runs in which processes are meant to die. */
export interface StackWithoutAppsOptions extends Pick<SessionOptions, 'backOff' | 'onEnd'> {
  readonly places: Places;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly postgresSettings: Readonly<Record<string, string>>;
  /** Ways to Kafka beside its own, by names of one's own: see `ServerAddresses`. */
  readonly kafkaDetours?: readonly string[];
}

/** Builds the apps, starts servers and sign-in, migrates the databases. The data go when it is disposed of, its logs stay. */
export async function openStackWithoutApps(options: StackWithoutAppsOptions): Promise<StackWithoutApps> {
  const { places, progress, signal, postgresSettings, kafkaDetours } = options;
  const { backOff, onEnd } = options;
  const session = await openSession({
    ...{ places, progress, signal, reset: true },
    ...(backOff && { backOff }),
    ...(onEnd && { onEnd }),
  });
  const close = async (): Promise<void> => {
    await session.close();
    await dropData(places, ['logs']);
  };
  const built = progress.step('apps built', (detail) => build(signal, detail));
  built.catch(() => {}); // awaited by what is migrated
  try {
    const base = await provideBase(session, { postgresSettings, webUi: false, kafkaDetours }, built);
    return {
      ...base,
      async run(processes) {
        const units = await Promise.all(
          processes.map(({ ownPorts, told, ...process }) =>
            appUnit(
              { ...process, instance: process.name, first: ownPorts !== true },
              told?.(base.context) ?? base.context,
            ),
          ),
        );
        const end = (): Promise<void> => session.supervisor.end(units.map(({ name }) => name));
        try {
          await session.supervisor.start(units);
        } catch (error) {
          await end();
          throw error;
        }
        return { [Symbol.asyncDispose]: end };
      },
      units: () => session.supervisor.units,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await built.catch(() => {});
    await close().catch((also: Error) => progress.say(`  ! ${also.message}`));
    throw error;
  }
}
