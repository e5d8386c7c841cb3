/** Some of the messages that are in the table. What is left out does not narrow. */
export interface MessageChoice {
  readonly topic?: string;
  readonly key?: string;
  readonly shard?: number;
  /** Numbers within a shard, both included; they make sense with `shard`. */
  readonly from?: number;
  readonly to?: number;
  /** When they were written, by the server's clock; `until` is excluded. */
  readonly since?: Date;
  readonly until?: Date;
}

/** As parameters of `isChosen`, in its order. */
export const choiceParams = ({ topic, key, from, to, since, until }: MessageChoice): unknown[] => [
  topic ?? null,
  key ?? null,
  from ?? 1,
  to ?? Number.MAX_SAFE_INTEGER,
  since ?? null,
  until ?? null,
];

/** Whether a row is chosen; the numbers bound the scan of the primary key. `$n` to `$n+5`: `choiceParams`. */
export const isChosen = (row: string, n: number): string => `
  ${row}.seq BETWEEN $${n + 2}::bigint AND $${n + 3}::bigint
  AND ($${n}::text IS NULL OR ${row}.topic = $${n}) AND ($${n + 1}::text IS NULL OR ${row}.key = $${n + 1})
  AND ($${n + 4}::timestamptz IS NULL OR ${row}.created_at >= $${n + 4})
  AND ($${n + 5}::timestamptz IS NULL OR ${row}.created_at < $${n + 5})`;
