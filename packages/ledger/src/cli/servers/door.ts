import { type RepairClientOptions, RepairNotAskedError } from '../../repair/asking/repair-client.ts';
import { signedIn } from '../../repair/asking/sign-in.ts';
import type { StackFile } from './stack-file.ts';

const NAMES = ['SHOP_URL', 'REPAIR_TOKEN_URL', 'REPAIR_CLIENT_ID', 'REPAIR_CLIENT_SECRET'] as const;

/**
 * Where repairs are asked for, and as whom: what the environment says, all of it, else the administrator of the stack file. They
 * are not mixed, so that nobody's secret is sent to another system. Nor is one system's door asked about another one's orders: the
 * stack file's door is taken, and no other accepted, where the order was read from the servers of that file. No option holds a secret,
 * and no message repeats one.
 *
 * @param file the stack file, where the servers are those of it
 * @throws RepairNotAskedError with the code `door_unknown`
 */
export function doorOf(
  file: StackFile | null,
  env: NodeJS.ProcessEnv,
): Pick<RepairClientOptions, 'shopUrl' | 'authorization'> {
  const [shopUrl, tokenUrl, clientId, clientSecret] = NAMES.map((name) => env[name] || undefined);
  if (shopUrl === undefined && tokenUrl === undefined && clientId === undefined && clientSecret === undefined) {
    if (file === null) {
      throw unknown(
        `the servers are named, and the door is not (${NAMES.join(', ')}): the one of a stack file may be another system’s`,
      );
    }
    const { urls, servers } = file;
    return {
      shopUrl: urls.shop,
      authorization: signedIn({ tokenUrl: servers.identity.token, ...servers.identity.clients.admin }),
    };
  }
  for (const name of NAMES) {
    if (!env[name]) throw unknown(`${name} is not set: the door and who asks at it are named together`);
  }
  for (const name of ['SHOP_URL', 'REPAIR_TOKEN_URL']) {
    if (!/^https?:\/\//.test(env[name] ?? '') || !URL.canParse(env[name] ?? ''))
      throw unknown(`${name} is not a URL (http://host:port)`);
  }
  if (file !== null && new URL(shopUrl ?? '').origin !== new URL(file.urls.shop).origin) {
    throw unknown(
      `SHOP_URL is not the door of the stack file (${file.urls.shop}), whose servers the order was read from: unset it, or name the servers too`,
    );
  }
  const signingIn = { tokenUrl: tokenUrl ?? '', clientId: clientId ?? '', clientSecret: clientSecret ?? '' };
  return { shopUrl: shopUrl ?? '', authorization: signedIn(signingIn) };
}

const unknown = (message: string): RepairNotAskedError => new RepairNotAskedError(message, { code: 'door_unknown' });
