import { z } from 'zod';

/** How this service proves to others who it is (OAuth 2.0 client credentials, HTTP Basic). */
export interface ClientCredentials {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

const TokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

/** A token is replaced this long before it expires: clocks differ, and requests travel. */
const MARGIN_MS = 30_000;
const TIMEOUT_MS = 5_000;

/**
 * Access tokens, kept until shortly before they expire. Callers who come while one is being fetched share it.
 *
 * @example
 * const tokens = new AccessTokens(credentials);
 * const headers = { authorization: `Bearer ${await tokens.get()}` };
 */
export class AccessTokens {
  readonly #credentials: ClientCredentials;
  #token: Promise<string> | undefined;
  #freshUntil = 0;

  constructor(credentials: ClientCredentials) {
    this.#credentials = credentials;
  }

  /** @throws when the identity provider gives none; trying again is right. */
  get(): Promise<string> {
    if (this.#token === undefined || performance.now() >= this.#freshUntil) {
      this.#freshUntil = Number.POSITIVE_INFINITY;
      this.#token = this.#fetch().catch((error: unknown) => {
        this.forget();
        throw error;
      });
    }
    return this.#token;
  }

  /** Forgets the token: a service refused it. */
  forget(): void {
    this.#token = undefined;
  }

  async #fetch(): Promise<string> {
    const { tokenUrl, clientId, clientSecret } = this.#credentials;
    const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString('base64');
    const response = await fetch(tokenUrl, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}`, accept: 'application/json' },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) {
      throw new Error(
        `the identity provider answered ${response.status} to client ${clientId}: ${await start(response)}`,
      );
    }
    const answer = TokenAnswer.parse(await response.json());
    this.#freshUntil = performance.now() + answer.expires_in * 1000 - MARGIN_MS;
    return answer.access_token;
  }
}

const start = async (response: Response): Promise<string> => (await response.text()).slice(0, 200);
