export type { CallerIdentity, RoleName } from './caller.ts';
export { Caller, Public, Roles } from './decorators.ts';
export { IdentityGuard } from './identity-guard.ts';
export { found, withinTenant } from './tenant.ts';
export { createTokenVerifier, type IdentityOptions, type TokenVerifier } from './token-verifier.ts';
