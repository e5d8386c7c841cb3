/** An issuer of one test's own: a JWKS over HTTP and tokens signed with its key. */
export interface TestIdentity extends AsyncDisposable {
    readonly issuer: string;
    readonly jwksUrl: string;
    readonly audience: string;
    token(claims: {
        sub: string;
        roles: readonly string[];
        tenant: string;
        expiresIn?: string;
        audience?: string;
        issuer?: string;
    }): Promise<string>;
}
export declare function createIdentity(): Promise<TestIdentity>;
//# sourceMappingURL=identity.d.ts.map