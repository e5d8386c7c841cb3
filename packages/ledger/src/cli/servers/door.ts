import type { RepairClientOptions } from '../../repair/repair-client.ts';
import { signedIn } from '../../repair/sign-in.ts';
import type { Given } from '../options/parse.ts';
import type { Surroundings } from '../surroundings.ts';
import { ServersUnknownError, stackFile } from './servers.ts';

const CREDENTIALS = ['REPAIR_TOKEN_URL', 'REPAIR_CLIENT_ID', 'REPAIR_CLIENT_SECRET'] as const;

/**
 * Where repairs are asked for, and as whom: what the environment says, all of it, else the administrator of the stack file. They
 * are not mixed, so that nobody's secret is sent to another system. No option holds a secret, and no message repeats one.
 *
 * @throws ServersUnknownError
 */
export function doorOf(
  given: Given,
  around: Pick<Surroundings, 'env' | 'checkout'>,
): Pick<RepairClientOptions, 'shopUrl' | 'authorization'> {
  const { env } = around;
  const shopUrl = env['SHOP_URL'] || undefined;
  const [tokenUrl, clientId, clientSecret] = CREDENTIALS.map((name) => env[name] || undefined);
  if (shopUrl === undefined && tokenUrl === undefined && clientId === undefined && clientSecret === undefined) {
    const { urls, servers } = stackFile(given, around, 'SHOP_URL');
    return {
      shopUrl: urls.shop,
      authorization: signedIn({ tokenUrl: servers.identity.token, ...servers.identity.clients.admin }),
    };
  }
  for (const name of ['SHOP_URL', ...CREDENTIALS]) {
    if (!env[name]) throw new ServersUnknownError(`${name} is not set: the door and who asks at it are named together`);
  }
  for (const name of ['SHOP_URL', 'REPAIR_TOKEN_URL']) {
    if (!/^https?:\/\//.test(env[name] ?? '') || !URL.canParse(env[name] ?? ''))
      throw new ServersUnknownError(`${name} is not a URL (http://host:port)`);
  }
  const signingIn = { tokenUrl: tokenUrl ?? '', clientId: clientId ?? '', clientSecret: clientSecret ?? '' };
  return { shopUrl: shopUrl ?? '', authorization: signedIn(signingIn) };
}
