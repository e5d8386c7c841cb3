import { join } from 'node:path';
import type { Progress } from '../servers/progress.ts';
import { checkoutPlaces, placesIn } from '../stack/places.ts';
import { startServers } from '../stack/start-servers.ts';
import { AlreadyRunningError, dropData, openSession, type Session, TESTS_FOLDER } from '../stack/state/session.ts';
import { TEMPORAL_METRICS_VARIABLE, TEMPORAL_UI_VARIABLE, TEST_SERVER_VARIABLES } from '../testing/servers/servers.ts';
import { POSTGRES_SETTINGS } from './postgres-settings.ts';

/** Real servers for one test run: nobody else's, empty at the start, gone at the end. */
export interface RunningTestServers {
  /** The variables by which every test process finds them. */
  readonly env: Readonly<Record<string, string>>;
  /** Where each comes from. */
  readonly origins: Readonly<Record<string, string>>;
  /** Ends the servers and drops their data; their logs stay. */
  stop(): Promise<void>;
}

/**
 * Provides Postgres, Kafka and Temporal for a test run, from the same sources as `npm start`. Other settings of Postgres
 * take the place of those for tests.
 */
export async function startTestServers(
  progress: Progress,
  signal: AbortSignal,
  postgresSettings: Readonly<Record<string, string>> = POSTGRES_SETTINGS,
): Promise<RunningTestServers> {
  const session = await openTestSession(progress, signal);
  const stop = async (): Promise<void> => {
    await session.close();
    await dropData(session.places, ['logs']);
  };
  try {
    const { addresses, origins } = await startServers(session, { postgresSettings, webUi: null });
    return {
      env: {
        [TEST_SERVER_VARIABLES.postgresUrl]: addresses.postgres.superuserUrl,
        [TEST_SERVER_VARIABLES.kafkaBrokers]: addresses.kafka.brokers.join(','),
        [TEST_SERVER_VARIABLES.temporalAddress]: addresses.temporal.address,
        [TEST_SERVER_VARIABLES.temporalNamespace]: addresses.temporal.namespace,
        [TEMPORAL_METRICS_VARIABLE]: addresses.temporal.metrics ?? '',
        [TEMPORAL_UI_VARIABLE]: addresses.temporal.ui ?? '',
      },
      origins,
      stop,
    };
  } catch (error) {
    await stop().catch((also: Error) => progress.say(`  ! ${also.message}`));
    throw error;
  }
}

const AT_ONCE = 9;

/** The first of `.bezel/tests/1` … `9` that no other run uses; what a killed run left there is ended and dropped. */
async function openTestSession(progress: Progress, signal: AbortSignal): Promise<Session> {
  for (let number = 1; ; number += 1) {
    const places = placesIn(join(checkoutPlaces().state, TESTS_FOLDER, String(number)));
    try {
      return await openSession({ places, progress, signal, reset: true });
    } catch (error) {
      if (!(error instanceof AlreadyRunningError) || number === AT_ONCE) {
        throw error;
      }
    }
  }
}
