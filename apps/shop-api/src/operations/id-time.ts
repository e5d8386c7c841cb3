/** When an order was submitted, as its id tells: the first 48 bits of a UUIDv7 are milliseconds since 1970. */
export const submittedAtOf = (orderId: string): Date =>
  new Date(Number.parseInt(orderId.slice(0, 8) + orderId.slice(9, 13), 16));

/** The lowest id an order submitted at `moment` can have: all orders submitted before have lower ones. */
export function lowestIdAt(moment: Date): string {
  const hex = Math.max(0, moment.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
