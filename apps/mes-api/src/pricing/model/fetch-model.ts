import { createHash } from 'node:crypto';
import type { ModelRef } from '@bezel/contracts';
import type { AccessTokens } from './access-token.ts';

/** The shop took longer than this to begin or to go on: a model of 50 MB on a slow line still moves all the time. */
const SILENCE_MS = 10_000;

/** Where models come from, and as whom. */
export interface ModelSource {
  readonly shopUrl: string;
  readonly tokens: AccessTokens;
}

/**
 * Fetches a model from the shop and makes sure it is the one: its length and SHA-256 are checked. Takes at most the
 * announced number of bytes into memory.
 *
 * Every failure is a fault of a system or of a line, to be tried again; none says anything about the order.
 *
 * @throws when the shop or the identity provider does not answer in time, or not with this model
 * @example const file = await fetchModel(source, order.model, signal);
 */
export async function fetchModel(
  { shopUrl, tokens }: ModelSource,
  model: ModelRef,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error(`the shop was silent for ${SILENCE_MS} ms`)), SILENCE_MS);
  try {
    const response = await fetch(new URL(`v1/models/${model.sha256}`, withSlash(shopUrl)), {
      headers: { authorization: `Bearer ${await tokens.get()}` },
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (response.status === 401) {
      tokens.forget();
    }
    if (!response.ok || response.body === null) {
      throw new Error(
        `the shop answered ${response.status} for model ${model.sha256}: ${(await response.text()).slice(0, 300)}`,
      );
    }
    return await readExactly(response.body, model, () => timer.refresh());
  } finally {
    clearTimeout(timer);
  }
}

async function readExactly(
  body: ReadableStream<Uint8Array>,
  model: ModelRef,
  onProgress: () => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const file = new Uint8Array(model.bytes);
  const hash = createHash('sha256');
  let length = 0;
  for await (const piece of body) {
    onProgress();
    if (length + piece.byteLength > model.bytes) {
      throw new Error(`the shop sends more than the ${model.bytes} bytes of model ${model.sha256}`);
    }
    file.set(piece, length);
    hash.update(piece);
    length += piece.byteLength;
  }
  const sha256 = hash.digest('hex');
  if (length !== model.bytes || sha256 !== model.sha256) {
    throw new Error(
      `the shop sent ${length} bytes with SHA-256 ${sha256} for the ${model.bytes} of model ${model.sha256}`,
    );
  }
  return file;
}

const withSlash = (url: string): string => (url.endsWith('/') ? url : `${url}/`);
