/** Where the real servers of a test run are. Postgres is reached as a superuser, to clone databases and make roles. */
export interface TestServers {
  readonly postgresUrl: string;
  readonly kafkaBrokers: readonly string[];
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  /** What the server tells Prometheus of itself; absent where it is not known. */
  readonly temporalMetrics?: string;
  /** Temporal's web UI; absent where the run's Temporal has none. */
  readonly temporalUi?: string;
}

/** The environment variables by which `npm test` hands the servers to each test process. */
export const TEST_SERVER_VARIABLES = {
  postgresUrl: 'BEZEL_TEST_POSTGRES_URL',
  kafkaBrokers: 'BEZEL_TEST_KAFKA_BROKERS',
  temporalAddress: 'BEZEL_TEST_TEMPORAL_ADDRESS',
  temporalNamespace: 'BEZEL_TEST_TEMPORAL_NAMESPACE',
} as const;

/** The variables beside them that not every server has a value for. */
export const TEMPORAL_METRICS_VARIABLE = 'BEZEL_TEST_TEMPORAL_METRICS';
export const TEMPORAL_UI_VARIABLE = 'BEZEL_TEST_TEMPORAL_UI';

/** A folder in which the test files of one run share what is costly to make; gone with the run. Not set by a plain `jest`. */
export const TEST_RUN_FOLDER_VARIABLE = 'BEZEL_TEST_RUN_FOLDER';

/** Reads the servers of this run; throws when the run was started without them. */
export function testServers(): TestServers {
  const read = (name: string): string => {
    const value = process.env[name];
    if (value === undefined || value === '') {
      throw new Error(`${name} is not set: start integration tests with "npm test" or through jest's global setup`);
    }
    return value;
  };
  const temporalMetrics = process.env[TEMPORAL_METRICS_VARIABLE];
  const temporalUi = process.env[TEMPORAL_UI_VARIABLE];
  return {
    postgresUrl: read(TEST_SERVER_VARIABLES.postgresUrl),
    kafkaBrokers: read(TEST_SERVER_VARIABLES.kafkaBrokers).split(','),
    temporalAddress: read(TEST_SERVER_VARIABLES.temporalAddress),
    temporalNamespace: read(TEST_SERVER_VARIABLES.temporalNamespace),
    ...(temporalMetrics === undefined || temporalMetrics === '' ? {} : { temporalMetrics }),
    ...(temporalUi === undefined || temporalUi === '' ? {} : { temporalUi }),
  };
}
