import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { identityUnavailable, ProblemError } from '../problems/index.ts';
import type { CallerIdentity } from './caller.ts';

/** Where tokens come from and whom they must be for. */
export interface IdentityOptions {
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly audience: string;
}

/** Checks an access token; throws a {@link ProblemError}: 401 when it does not hold, 503 when the keys cannot be had. */
export type TokenVerifier = (token: string) => Promise<CallerIdentity>;

const Claims = z.object({
  sub: z.string().min(1),
  roles: z.array(z.string()),
  tenant: z.string().min(1),
});

/** Signatures with a public key only: with a shared secret whoever can check a token could also make one. */
const ALGORITHMS = ['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA', 'Ed25519'];

/** Errors that mean the token is bad. Every other one means that we could not find out. */
const OF_THE_TOKEN = [
  errors.JWTClaimValidationFailed,
  errors.JWTExpired,
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
];

/** 401 with the challenge of RFC 6750. Without a `reason` no token was sent at all. */
export function unauthenticated(reason?: string): ProblemError {
  const challenge = reason === undefined ? '' : `, error="invalid_token", error_description="${reason}"`;
  return new ProblemError({
    status: 401,
    code: 'unauthenticated',
    detail: reason ?? 'sign in: this door wants a bearer token',
    headers: { 'www-authenticate': `Bearer realm="bezel"${challenge}` },
  });
}

/** A verifier that fetches the issuer's keys when first needed, keeps them 10 minutes and follows rotation. */
export function createTokenVerifier({ issuer, jwksUrl, audience }: IdentityOptions): TokenVerifier {
  const keys = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: 3_000 });
  return async (token) => {
    const payload = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      clockTolerance: 5,
      requiredClaims: ['sub', 'exp'],
    }).then(
      (verified) => verified.payload,
      (error: unknown) => {
        throw OF_THE_TOKEN.some((kind) => error instanceof kind)
          ? unauthenticated(reasonOf(error as errors.JOSEError))
          : identityUnavailable(error);
      },
    );
    const claims = Claims.safeParse(payload);
    if (!claims.success) {
      throw unauthenticated('the token lacks sub, roles or tenant');
    }
    return claims.data;
  };
}

/** Told to the client inside a quoted header value: our own words only. */
function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) {
    return 'the token has expired';
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    return `the token's ${/^[a-z]+$/.test(error.claim) ? error.claim : 'claim'} is not accepted here`;
  }
  return 'the token is not one of our issuer';
}
