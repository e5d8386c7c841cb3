import type { Defect } from '../defect.ts';
import type { Evidence } from '../evidence.ts';

/** What was answered at the shop's door is there, once; and nobody was answered what nobody should be. */
export function judgePeople({ people, shop }: Evidence): readonly Defect[] {
  const defects: Defect[] = [];
  const known = new Set(shop.orders.map(({ id }) => id));
  for (const { file, orderIds } of people.submissions) {
    for (const id of orderIds) {
      if (!known.has(id))
        defects.push({ kind: 'lost', order: id, what: 'answered 201, and the shop has no such order' });
    }
    if (orderIds.length > 1) {
      const what = `one key was answered with ${orderIds.join(' and ')}`;
      defects.push({ kind: 'duplicate-effect', order: orderIds[0] ?? file, what });
    }
  }
  for (const [file, same] of Map.groupBy(shop.orders, (order) => order.file)) {
    if (same.length === 1) continue;
    const what = `${file} was ordered once and is ${same.length} orders`;
    defects.push({ kind: 'duplicate-effect', order: same[0]?.id ?? file, what });
  }
  for (const { order, what } of people.complaints) {
    defects.push({ kind: 'lost', order, what: `a client was answered: ${what}` });
  }
  return defects;
}
