/** The lowest UUIDv7 of a moment (milliseconds since 1970): ids made from then on are not lower. */
export function lowestIdAt(at: number): string {
  const hex = Math.max(0, Math.floor(at)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-000000000000`;
}

/** When a UUIDv7 was made, in milliseconds since 1970; null for an id of another kind. */
export function idTime(id: string): number | null {
  return id[14] === '7' ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : null;
}

/** No id of an order is lower. */
export const LOWEST_ID = '00000000-0000-0000-0000-000000000000';
