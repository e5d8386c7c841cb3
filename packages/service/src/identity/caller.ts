/** The roles a token can carry. */
export type RoleName = 'customer' | 'operator' | 'sales' | 'partner-admin' | 'admin' | 'service';

/** Who makes the request, as the token says. */
export interface CallerIdentity {
  readonly sub: string;
  readonly roles: readonly string[];
  readonly tenant: string;
}

declare module 'express' {
  interface Request {
    /** Set by the identity guard on every route that is not public. */
    caller?: CallerIdentity;
  }
}
