import type { TopicDescription } from '../../admin/doctor/topics.ts';

/** A topic from what either client tells of it: its partitions and its settings by name. */
export function described(
  topic: string,
  partitions: readonly { readonly replicas: readonly unknown[]; readonly isr: readonly unknown[] }[],
  settings: ReadonlyMap<string, string>,
): TopicDescription {
  return {
    topic,
    replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
    inSync: Math.min(...partitions.map(({ isr }) => isr.length)),
    minInSync: Number(settings.get('min.insync.replicas') ?? 1),
    retentionMs: Number(settings.get('retention.ms') ?? -1),
    segmentMs: Number(settings.get('segment.ms') ?? 0),
    retentionBytes: Number(settings.get('retention.bytes') ?? -1),
    compacted: (settings.get('cleanup.policy') ?? '').includes('compact'),
  };
}
