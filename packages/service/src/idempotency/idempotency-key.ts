import { createHash } from 'node:crypto';
import { invalidRequest, ProblemError } from '../problems/index.ts';

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

/** Deeper than any request of ours, and far from where the stack ends: a client must not be able to reach that. */
const DEEPEST = 100;

/**
 * JSON with members sorted by name.
 *
 * @throws ProblemError 400 for a value nested more than 100 deep
 */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > DEEPEST) {
    throw invalidRequest([], `the body is nested more than ${DEEPEST} deep`);
  }
  if (Array.isArray(value)) {
    return `[${value.map((item) => canonicalJson(item, depth + 1)).join()}]`;
  }
  if (typeof value !== 'object' || value === null) {
    return JSON.stringify(value) ?? 'null';
  }
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member, depth + 1)}`);
  return `{${members.join()}}`;
}
