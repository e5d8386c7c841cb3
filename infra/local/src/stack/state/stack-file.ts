import { readFileSync } from 'node:fs';
import { isAlive, type ProcessIdentity } from '../../processes/process-identity.ts';
import type { ServerName } from '../../servers/choosing/choice.ts';
import type { UnitStatus } from '../../supervisor/supervisor.ts';
import type { App } from '../databases.ts';
import { checkoutPlaces } from '../places.ts';

/** Credentials of a client of the identity provider, for the client-credentials grant. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What scripts may act as; each client's tokens carry the role of that name (`partner` carries `partner-admin`). */
export const CLIENTS = ['customer', 'operator', 'sales', 'partner', 'admin', 'service'] as const;
export type ClientName = (typeof CLIENTS)[number];

/**
 * `.bezel/stack.json`: the running stack as other programs may use it. Written whole at each change, readable by its
 * owner only: it holds passwords. It is there exactly while a start runs; one that was killed leaves a stale file, which
 * {@link readStack} recognises.
 */
export interface StackFile {
  readonly version: 1;
  /** Where each server comes from, and why. */
  readonly source: Readonly<Record<ServerName, string>>;
  /** True once every process answered its readiness check. */
  readonly ready: boolean;
  /** The `npm start` that wrote this. */
  readonly starter: ProcessIdentity;
  readonly servers: {
    /** Each app's database as the app's own login, and its audit views as the auditor's. */
    readonly postgres: Readonly<Record<App, string>> & { readonly audit: Readonly<Record<App, string>> };
    readonly kafka: { readonly brokers: readonly string[] };
    readonly temporal: {
      readonly address: string;
      readonly namespace: string;
      readonly ui: string | null;
      /** Who reads payloads of Temporal itself decrypts them with these; as in TEMPORAL_PAYLOAD_KEYS. */
      readonly payloadKeys: string;
    };
    readonly identity: {
      readonly issuer: string;
      readonly jwks: string;
      readonly token: string;
      readonly audience: string;
      readonly clients: Readonly<Record<ClientName, ClientCredentials>>;
    };
  };
  readonly urls: Readonly<Record<'shop' | 'partner' | 'mes' | 'crm', string>> & { readonly temporal: string | null };
  /** Signs what the courier sends (Standard Webhooks). */
  readonly courierWebhookSecret: string;
  readonly processes: readonly UnitStatus[];
}

/** No stack runs in this checkout. */
export class StackNotRunningError extends Error {
  readonly code = 'STACK_NOT_RUNNING';

  constructor(file: string) {
    super(`no stack runs here (${file}): start one with "npm start"`);
    this.name = 'StackNotRunningError';
  }
}

/** Reads the stack file of a running stack; throws {@link StackNotRunningError} when there is none or its start is gone. */
export function readStack(file = checkoutPlaces().stackFile): StackFile {
  let stack: StackFile;
  try {
    stack = JSON.parse(readFileSync(file, 'utf8')) as StackFile;
  } catch {
    throw new StackNotRunningError(file);
  }
  if (!isAlive(stack.starter)) {
    throw new StackNotRunningError(file);
  }
  return stack;
}
