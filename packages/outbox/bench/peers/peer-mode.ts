/** The two ways in which pg-transactional-outbox finds messages. */
export const PEER_MODES = ['polling', 'replication'] as const;
export type PeerMode = (typeof PEER_MODES)[number];
