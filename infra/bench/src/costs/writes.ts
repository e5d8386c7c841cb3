/** How often Temporal wrote, by operation, since it was started. */
export interface Writes {
  /** To its main store, for one namespace. */
  readonly main: ReadonlyMap<string, number>;
  /** To its visibility store. It does not say for which namespace. */
  readonly visibility: ReadonlyMap<string, number>;
}

/** What only reads; all else writes. */
const READS = /^(Get|List|Read|Count|AssertShardOwnership)/;
const LINE = /^(persistence_requests|visibility_persistence_requests)(?:_total)?\{([^}]*)\} ([0-9.e+]+)$/;
const LABEL = /(\w+)="([^"]*)"/g;

/** Reads the server's own metrics, as Prometheus would: requests to its stores, by operation. */
export function readWrites(metrics: string, namespace: string): Writes {
  const main = new Map<string, number>();
  const visibility = new Map<string, number>();
  for (const line of metrics.split('\n')) {
    const [, name, labels = '', value] = LINE.exec(line) ?? [];
    if (name === undefined) continue;
    const label = new Map([...labels.matchAll(LABEL)].map(([, key = '', text = '']) => [key, text]));
    const operation = label.get('operation') ?? '';
    if (READS.test(operation)) continue;
    const store = name === 'persistence_requests' ? main : visibility;
    if (store === main && label.get('namespace') !== namespace) continue;
    store.set(operation, (store.get(operation) ?? 0) + Number(value));
  }
  return { main, visibility };
}

/** Asks a running server. */
export async function writesOf(metricsUrl: string, namespace: string): Promise<Writes> {
  const response = await fetch(metricsUrl, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`${metricsUrl} answers ${response.status}`);
  return readWrites(await response.text(), namespace);
}

/** What was written between two looks, operations without any left out. */
export const writesBetween = (before: Writes, after: Writes): Writes => ({
  main: difference(before.main, after.main),
  visibility: difference(before.visibility, after.visibility),
});

export const countOf = (operations: ReadonlyMap<string, number>): number =>
  [...operations.values()].reduce((sum, count) => sum + count, 0);

const difference = (before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>) =>
  new Map(
    [...after]
      .map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );
