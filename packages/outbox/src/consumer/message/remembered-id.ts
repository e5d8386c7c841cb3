import { createHash } from 'node:crypto';
import type { Envelope } from './decode.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * What the inbox remembers an event by. An id is unique within its source only (CloudEvents), and writers other than an outbox
 * count from 1. A UUID, which an outbox gives, is unique by itself. With any other goes a digest of the source: that has one
 * length, so no id of another source can be made to look like it.
 */
export const rememberedId = ({ id, source }: Pick<Envelope, 'id' | 'source'>): string =>
  UUID.test(id) ? id : `${id}#${createHash('sha256').update(source).digest('base64url')}`;
