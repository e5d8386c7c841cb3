import { textOf } from '../../errors/as-error.ts';
import type { FetchedMessage } from '../../subscriber/index.ts';
import { EventDataInvalidError } from '../errors.ts';

/** Why a message is parked. */
export interface ParkReason {
  readonly error: Error;
  /** How often it was tried. */
  readonly attempts: number;
}

/** A row of `consumer_parked_message`, as `load` answers it. */
export interface StoredMessage {
  readonly key: Buffer;
  readonly offset: string;
  readonly keyless: boolean;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [name: string, base64: string])[];
  readonly discarded: boolean;
  /** Somebody knows that it was not handled, though the inbox cannot tell any more. */
  readonly admitted: boolean;
}

/** What a message is parked under: without a key it counts as one with an empty key. */
export const parkingKey = ({ key }: FetchedMessage): Buffer => key ?? Buffer.alloc(0);

/** A key as a key of a map. */
export const keyName = (key: Buffer): string => key.toString('latin1');

/** Columns for `store`. */
export function toColumns(messages: readonly FetchedMessage[]): readonly unknown[] {
  return [
    messages.map(parkingKey),
    messages.map(({ offset }) => offset),
    messages.map(({ key }) => key === null),
    messages.map(({ value }) => value),
    messages.map(({ headers }) => JSON.stringify(headers.map(([name, value]) => [name, value.toString('base64')]))),
  ];
}

export function fromRow({ key, keyless, offset, value, headers }: StoredMessage): FetchedMessage {
  return {
    offset: BigInt(offset),
    key: keyless ? null : key,
    value,
    headers: headers.map(([name, base64]) => [name, Buffer.from(base64, 'base64')] as const),
  };
}

/** Reason, code and issues of an error, as Postgres takes them: its text knows no NUL. */
export function toReason(error: Error): readonly [reason: string, code: string | null, issues: string | null] {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  const issues = error instanceof EventDataInvalidError && error.issues.length > 0 ? error.issues : null;
  return [printable(textOf(error.message)), code && printable(code), issues && JSON.stringify(issues)];
}

const printable = (said: string): string => said.replaceAll('\0', '\u{fffd}');
