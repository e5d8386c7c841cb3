/** A database of one test's own. `url` logs in as a superuser. It is dropped when disposed. */
export interface TestDatabase extends AsyncDisposable {
    readonly name: string;
    readonly url: string;
}
/** Creates an empty database. */
export declare function createDatabase(): Promise<TestDatabase>;
/**
 * Clones a template database. `build` runs once per `templateKey` and server, whoever comes first, under an advisory
 * lock; everyone else clones. Put what the template depends on into the key (a hash of the migrations, say).
 */
export declare function cloneDatabase(templateKey: string, build: (url: string) => Promise<void>): Promise<TestDatabase>;
//# sourceMappingURL=databases.d.ts.map