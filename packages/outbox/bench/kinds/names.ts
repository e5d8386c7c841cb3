/** What can be measured. */
export const KIND_NAMES = ['relay', 'latency', 'write', 'idle', 'backlog', 'hand-over', 'consume', 'spike'] as const;
export type KindName = (typeof KIND_NAMES)[number];
