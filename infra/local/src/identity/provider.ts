import { type Configuration, errors, Provider } from 'oidc-provider';
import { accountOf } from './accounts.ts';
import type { IdentityKeys } from './keys.ts';

/** A web server whose users sign in here. */
export interface WebServerClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where its users come back to. */
  readonly redirectUri: string;
}

export interface IdentityOptions {
  readonly issuer: string;
  readonly keys: IdentityKeys;
  /** Secret per account name: each account is also a client for scripts, by the client-credentials grant. */
  readonly clientSecrets: Readonly<Record<string, string>>;
  /** Web servers whose users sign in here; they keep a secret, which a page cannot. */
  readonly webServers: readonly WebServerClient[];
  /** Origins of the web pages whose users sign in here, such as `http://127.0.0.1:3001`. */
  readonly origins: readonly string[];
}

/** Every access token is for Bezel's services; asking for another resource is refused. */
const RESOURCE = 'urn:bezel:services';
const AUDIENCE = 'bezel';
const HOUR_SECONDS = 3_600;

/**
 * An OpenID provider for local work: JWT access tokens with `sub`, `roles` and `tenant` for the audience `bezel`, signed
 * with ES256. People sign in through the public client `console` with PKCE, or at a web server; scripts use client
 * credentials.
 */
export function createProvider({ issuer, keys, clientSecrets, webServers, origins }: IdentityOptions): Provider {
  const configuration: Configuration = {
    jwks: { keys: [...keys.jwks.keys] } as NonNullable<Configuration['jwks']>,
    cookies: { keys: [...keys.cookies] },
    claims: { openid: ['sub', 'roles', 'tenant'] },
    scopes: ['openid', 'offline_access'],
    clients: [
      {
        client_id: 'console',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: origins.flatMap((origin) => [`${origin}/`, `${origin}/callback`]),
        post_logout_redirect_uris: origins.map((origin) => `${origin}/`),
        id_token_signed_response_alg: 'ES256',
      },
      ...webServers.map(({ clientId, clientSecret, redirectUri }) => ({
        client_id: clientId,
        client_secret: clientSecret,
        token_endpoint_auth_method: 'client_secret_basic' as const,
        grant_types: ['authorization_code'],
        response_types: ['code' as const],
        redirect_uris: [redirectUri],
        id_token_signed_response_alg: 'ES256' as const,
      })),
      ...Object.entries(clientSecrets).map(([name, secret]) => ({
        client_id: name,
        client_secret: secret,
        token_endpoint_auth_method: 'client_secret_basic' as const,
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
        id_token_signed_response_alg: 'ES256' as const,
      })),
    ],
    clientBasedCORS: (_context, origin) => origins.includes(origin),
    findAccount: (_context, sub) => {
      const account = accountOf(sub);
      return account === undefined
        ? undefined
        : { accountId: sub, claims: () => ({ sub, roles: [...account.roles], tenant: account.tenant }) };
    },
    extraTokenClaims: (_context, token) => {
      const account = accountOf('accountId' in token ? token.accountId : token.clientId);
      return account === undefined ? undefined : { roles: [...account.roles], tenant: account.tenant };
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, resource) => {
          if (resource !== RESOURCE) {
            throw new errors.InvalidTarget();
          }
          return {
            scope: 'openid',
            audience: AUDIENCE,
            accessTokenFormat: 'jwt',
            accessTokenTTL: HOUR_SECONDS,
            jwt: { sign: { alg: 'ES256' } },
          };
        },
      },
    },
    ttl: {
      AccessToken: HOUR_SECONDS,
      ClientCredentials: HOUR_SECONDS,
      Session: 14 * 24 * HOUR_SECONDS,
      Grant: 14 * 24 * HOUR_SECONDS,
      Interaction: HOUR_SECONDS,
      IdToken: HOUR_SECONDS,
    },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    // Nobody is asked for consent: who signs people in here is part of the stack.
    async loadExistingGrant(context) {
      const { client, session, provider, params } = context.oidc;
      const grant = new provider.Grant({ clientId: client?.clientId, accountId: session?.accountId });
      grant.addOIDCScope(String(params?.['scope'] ?? 'openid'));
      grant.addResourceScope(RESOURCE, 'openid');
      await grant.save();
      return grant;
    },
  };
  return new Provider(issuer, configuration);
}
