import { backlog } from './backlog.ts';
import { consume } from './consume.ts';
import { handOver } from './hand-over.ts';
import { idle } from './idle.ts';
import type { Kind } from './kind.ts';
import { latency } from './latency.ts';
import type { KindName } from './names.ts';
import { relay } from './relay.ts';
import { spike } from './spike.ts';
import { write } from './write.ts';

/** How each kind is measured. */
export const KINDS: Readonly<Record<KindName, Kind>> = {
  relay,
  latency,
  write,
  idle,
  backlog,
  'hand-over': handOver,
  consume,
  spike,
};
