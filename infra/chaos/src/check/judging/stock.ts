import type { Defect } from '../defect.ts';
import type { Stock } from '../evidence.ts';

/** The metal that is booked is what the reservations come to. */
export function judgeStock(stock: readonly Stock[]): readonly Defect[] {
  return stock.flatMap(({ metal, reserved, reservedByRows, used, usedByRows }) => [
    ...differing(metal, 'reserved', reserved, reservedByRows),
    ...differing(metal, 'used', used, usedByRows),
  ]);
}

function differing(metal: string, as: string, booked: string, rows: string): readonly Defect[] {
  if (booked === rows) return [];
  const kind = BigInt(booked) > BigInt(rows) ? 'duplicate-effect' : 'lost';
  return [{ kind, order: metal, what: `${booked} mg are booked as ${as}, ${rows} by the reservations` }];
}
