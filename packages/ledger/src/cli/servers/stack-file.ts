import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { Given } from '../options/parse.ts';
import type { Surroundings } from '../surroundings.ts';
import { ServersUnknownError } from './servers-errors.ts';

/** The part of `.bezel/stack.json` that is read here; `npm start` writes it and takes it away. */
const StackFile = z.object({
  urls: z.object({ shop: z.string() }),
  servers: z.object({
    postgres: z.object({ audit: z.object({ shop: z.string(), mes: z.string(), crm: z.string() }) }),
    kafka: z.object({ brokers: z.array(z.string()).min(1) }),
    temporal: z.object({ address: z.string(), namespace: z.string(), payloadKeys: z.string() }),
    identity: z.object({
      token: z.string(),
      clients: z.object({ admin: z.object({ clientId: z.string(), clientSecret: z.string() }) }),
    }),
  }),
});
export type StackFile = z.output<typeof StackFile>;

/**
 * The stack file that `--stack` names, or that of the `npm start` that runs here.
 *
 * @throws ServersUnknownError
 */
export function readStackFile(given: Given, { env, checkout }: Pick<Surroundings, 'env' | 'checkout'>): StackFile {
  const file = resolve(
    checkout,
    given.text('stack') ?? resolve(checkout, env['BEZEL_STATE'] ?? '.bezel', 'stack.json'),
  );
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new ServersUnknownError(
      `no stack runs here (${file} is not there): start one with "npm start", or name all servers of another system (--help)`,
    );
  }
  try {
    return StackFile.parse(JSON.parse(text));
  } catch {
    throw new ServersUnknownError(`${file} is not a stack file of this release`);
  }
}
