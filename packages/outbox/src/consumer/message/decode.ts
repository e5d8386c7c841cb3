import type { FetchedMessage } from '../../subscriber/index.ts';
import { isEventTime } from './event-time.ts';

/** What the headers of one of our messages say (CloudEvents, binary mode). */
export interface Envelope {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly time: string;
  readonly sequence: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

export type DecodedMessage =
  | { readonly kind: 'event'; readonly envelope: Envelope }
  /** Not written by an outbox: neither an id nor a type. */
  | { readonly kind: 'foreign' }
  /** Meant as an event, but something every event has is missing or unreadable. */
  | { readonly kind: 'malformed'; readonly type: string | null; readonly problem: string };

const PREFIX = 'ce_';
/** An index of Postgres holds entries of 2,704 bytes at the most; a character has up to three for one in JavaScript. */
const LONGEST_ID = 500;

/** Reads the envelope. A header that is repeated counts with its last value. */
export function decodeMessage({ headers }: Pick<FetchedMessage, 'headers'>): DecodedMessage {
  let id: string | undefined;
  let type: string | undefined;
  let source: string | undefined;
  let time: string | undefined;
  let sequence: string | null = null;
  const others: [string, string][] = [];
  // Every message comes here, with half a dozen headers: so no map, and no part of a name.
  for (const [name, value] of headers) {
    switch (name) {
      case 'ce_id':
        id = value.toString('utf8');
        break;
      case 'ce_type':
        type = value.toString('utf8');
        break;
      case 'ce_source':
        source = value.toString('utf8');
        break;
      case 'ce_time':
        time = value.toString('utf8');
        break;
      case 'ce_sequence':
        sequence = value.toString('utf8');
        break;
      default:
        if (!name.startsWith(PREFIX)) {
          others.push([name, value.toString('utf8')]);
        }
    }
  }
  if (id === undefined && type === undefined) {
    return { kind: 'foreign' };
  }
  const malformed = (problem: string): DecodedMessage => ({ kind: 'malformed', type: type ?? null, problem });
  if (!id) {
    return malformed('the header ce_id is missing');
  }
  if (!type) {
    return malformed('the header ce_type is missing');
  }
  if (!source) {
    return malformed('the header ce_source is missing');
  }
  if (id.length > LONGEST_ID || id.includes('\0')) {
    return malformed(`the header ce_id is longer than ${LONGEST_ID} characters, or holds a NUL`);
  }
  if (time === undefined || !isEventTime(time)) {
    return malformed(`the header ce_time is not a time of RFC 3339: ${time?.slice(0, 100) ?? 'missing'}`);
  }
  return { kind: 'event', envelope: { id, type, source, time, sequence, headers: Object.fromEntries(others) } };
}
