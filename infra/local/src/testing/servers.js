/** The environment variables by which `npm test` hands the servers to each test process. */
export const TEST_SERVER_VARIABLES = {
    postgresUrl: 'BEZEL_TEST_POSTGRES_URL',
    kafkaBrokers: 'BEZEL_TEST_KAFKA_BROKERS',
    temporalAddress: 'BEZEL_TEST_TEMPORAL_ADDRESS',
    temporalNamespace: 'BEZEL_TEST_TEMPORAL_NAMESPACE',
};
/** Reads the servers of this run; throws when the run was started without them. */
export function testServers() {
    const read = (name) => {
        const value = process.env[name];
        if (value === undefined || value === '') {
            throw new Error(`${name} is not set: start integration tests with "npm test" or through jest's global setup`);
        }
        return value;
    };
    return {
        postgresUrl: read(TEST_SERVER_VARIABLES.postgresUrl),
        kafkaBrokers: read(TEST_SERVER_VARIABLES.kafkaBrokers).split(','),
        temporalAddress: read(TEST_SERVER_VARIABLES.temporalAddress),
        temporalNamespace: read(TEST_SERVER_VARIABLES.temporalNamespace),
    };
}
//# sourceMappingURL=servers.js.map