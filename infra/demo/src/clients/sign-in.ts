import type { StackFile } from '@bezel/local';

/** Whom a script of the demo acts as. */
export type Person = 'customer' | 'partner' | 'operator' | 'sales' | 'admin';

const RENEW_BEFORE_MS = 60_000;

/**
 * Tokens by the client-credentials grant, kept until shortly before they end. Answers the Authorization header.
 */
export function signInAs(
  identity: () => StackFile['servers']['identity'],
  client: Person,
): (fresh: boolean) => Promise<string> {
  let held: Promise<{ header: string; until: number }> | undefined;
  return async (fresh) => {
    const known = fresh ? undefined : await held?.catch(() => undefined);
    if (known !== undefined && known.until > performance.now()) return known.header;
    held = requestToken(identity(), client);
    return (await held).header;
  };
}

async function requestToken(
  { token, clients }: StackFile['servers']['identity'],
  client: Person,
): Promise<{ header: string; until: number }> {
  const { clientId, clientSecret } = clients[client];
  const response = await fetch(token, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`${token} answers ${response.status} to ${client}: ${await response.text()}`);
  const { access_token, expires_in } = (await response.json()) as { access_token: string; expires_in: number };
  return { header: `Bearer ${access_token}`, until: performance.now() + expires_in * 1_000 - RENEW_BEFORE_MS };
}
