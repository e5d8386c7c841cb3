/** Somebody else's relay, ready for a round. */
export interface PeerContender {
  /** As tables and `--json` name it. */
  readonly name: string;
  /** What it is measured against: each kind has a target of its own. */
  readonly kind: 'the best TypeScript peer' | 'Debezium';
  /** Messages a second. */
  round(n: number): Promise<number>;
  /** How it was set up, and what became of its messages in all rounds so far, in sentences. */
  notes(): readonly string[];
}

/** The peers that can be measured here, and why others cannot. */
export interface Peers {
  readonly contenders: readonly PeerContender[];
  readonly leftOut: readonly string[];
}
