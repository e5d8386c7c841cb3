/** Where the real servers of a test run are. Postgres is reached as a superuser, to clone databases and make roles. */
export interface TestServers {
    readonly postgresUrl: string;
    readonly kafkaBrokers: readonly string[];
    readonly temporalAddress: string;
    readonly temporalNamespace: string;
}
/** The environment variables by which `npm test` hands the servers to each test process. */
export declare const TEST_SERVER_VARIABLES: {
    readonly postgresUrl: "BEZEL_TEST_POSTGRES_URL";
    readonly kafkaBrokers: "BEZEL_TEST_KAFKA_BROKERS";
    readonly temporalAddress: "BEZEL_TEST_TEMPORAL_ADDRESS";
    readonly temporalNamespace: "BEZEL_TEST_TEMPORAL_NAMESPACE";
};
/** Reads the servers of this run; throws when the run was started without them. */
export declare function testServers(): TestServers;
//# sourceMappingURL=servers.d.ts.map