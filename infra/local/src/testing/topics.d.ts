/** Creates a topic of one test's own and returns its name. Topics are left to the broker, which goes with the run. */
export declare function createTopic(prefix: string, { partitions, config }?: {
    partitions?: number;
    config?: Record<string, string>;
}): Promise<string>;
//# sourceMappingURL=topics.d.ts.map