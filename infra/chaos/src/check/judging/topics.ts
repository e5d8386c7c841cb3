import type { Account } from '../account.ts';
import type { Add } from '../defect.ts';
import type { Told, Written } from '../evidence.ts';

/**
 * What the relays told: every row of an outbox, nothing else, each order on one partition, and each message for the first time
 * in the order of the rows. After a fault a message may come again; without one it has no reason to.
 */
export function judgeTopics({ shop, mes, told }: Account, undisturbed: boolean, add: Add): void {
  const written = Map.groupBy([...shop.messages, ...mes.messages], ({ topic }) => topic);
  for (const topic of new Set([...written.keys(), ...told.map((one) => one.topic)])) {
    const there = told.filter((one) => one.topic === topic).toSorted((one, other) => one.offset - other.offset);
    judgeTopic(topic, written.get(topic) ?? [], there, undisturbed, add);
  }
}

function judgeTopic(
  topic: string,
  written: readonly Written[],
  told: readonly Told[],
  undisturbed: boolean,
  add: Add,
): void {
  const times = Map.groupBy(told, ({ id }) => id);
  for (const { id, type } of written) {
    const copies = times.get(id)?.length ?? 0;
    if (copies === 0) add('lost', `${type} ${id} is not on ${topic}`);
    if (copies > 1 && undisturbed) add('duplicate-effect', `${type} ${id} is on ${topic} ${copies} times`);
  }
  const rows = new Map(written.map((row) => [row.id, row]));
  for (const id of times.keys()) {
    if (!rows.has(id)) add('duplicate-effect', `${id} is on ${topic}, and no outbox wrote it`);
  }
  if (new Set(told.map(({ partition }) => partition)).size > 1) {
    add('out-of-order', `its messages are on two partitions of ${topic}`);
  }
  const firsts = [...times.keys()].flatMap((id) => rows.get(id) ?? []);
  const wrong = firsts.findIndex((row, index) => index > 0 && row.seq < (firsts[index - 1]?.seq ?? 0));
  if (wrong < 0) return;
  const [before, after] = [firsts[wrong - 1], firsts[wrong]];
  add('out-of-order', `${topic} was told ${before?.type} ${before?.id} before ${after?.type} ${after?.id}`);
}
