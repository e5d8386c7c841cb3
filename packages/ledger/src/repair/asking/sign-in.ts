import { z } from 'zod';
import { RepairNotAskedError } from './repair-client.ts';

/** A client of an identity provider, as OAuth 2.0 knows it. */
export interface SigningIn {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

const TIMEOUT_MS = 10_000;
const RENEW_BEFORE_MS = 60_000;
const Token = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

/**
 * Signs in by the client-credentials grant and answers the Authorization header; a token is kept until shortly before it ends, or
 * until it is told that one was refused: the provider may have new keys. No message says a secret.
 *
 * @throws RepairNotAskedError with the code `not_signed_in`
 * @example
 * const client = repairClient({ shopUrl, authorization: signedIn({ tokenUrl, clientId, clientSecret }), eventAt, asker: 'me' });
 */
export function signedIn({ tokenUrl, clientId, clientSecret }: SigningIn): (refused?: string) => Promise<string> {
  let held: { readonly header: string; readonly until: number } | undefined;
  return async (refused) => {
    if (held !== undefined && held.header !== refused && performance.now() < held.until) return held.header;
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    let response: Response;
    try {
      response = await fetch(tokenUrl, {
        method: 'POST',
        headers: { authorization: `Basic ${basic}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (cause) {
      const message = `the identity provider (${tokenUrl}) does not answer, so nobody is signed in`;
      throw new RepairNotAskedError(message, { code: 'not_signed_in', cause, retryable: true });
    }
    const token = Token.safeParse(await response.json().catch(() => undefined));
    if (!response.ok || !token.success) {
      const message = `the identity provider (${tokenUrl}) does not sign "${clientId}" in: status ${response.status}`;
      throw new RepairNotAskedError(message, { code: 'not_signed_in' });
    }
    const { access_token, expires_in } = token.data;
    held = { header: `Bearer ${access_token}`, until: performance.now() + expires_in * 1_000 - RENEW_BEFORE_MS };
    return held.header;
  };
}
