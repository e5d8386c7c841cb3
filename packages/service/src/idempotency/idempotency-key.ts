import { createHash } from 'node:crypto';
import { ProblemError } from '../problems/index.ts';

const KEY = /^[\x21-\x7e]{1,255}$/;

/** The `Idempotency-Key` of a request: 1–255 visible ASCII characters, or undefined when none was sent. */
export function readKey(header: string | string[] | undefined, required: boolean): string | undefined {
  if (header === undefined) {
    if (required) {
      const detail = 'this door wants an Idempotency-Key header, so that sending the request again is safe';
      throw new ProblemError({ status: 400, code: 'idempotency_key_required', detail });
    }
    return undefined;
  }
  if (typeof header !== 'string' || !KEY.test(header)) {
    const detail = 'Idempotency-Key must be 1 to 255 visible ASCII characters';
    throw new ProblemError({ status: 400, code: 'idempotency_key_invalid', detail });
  }
  return header;
}

/** SHA-256 over the path and the body; the order of an object's members does not matter. */
export const requestHash = (path: string, body: unknown): Buffer =>
  createHash('sha256').update(path).update('\n').update(canonicalJson(body)).digest();

/** JSON with members sorted by name. */
export function canonicalJson(value: unknown): string {
  return (
    JSON.stringify(value, (_name, member: unknown) =>
      typeof member === 'object' && member !== null && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
        : member,
    ) ?? 'null'
  );
}
