import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FINISHES, METALS } from '@bezel/contracts';
import { z } from 'zod';

/** An amount in minor units that is never negative. */
const Minor = z.string().regex(/^\d{1,12}$/);
const instant = z.iso.datetime().transform((at) => Date.parse(at));

const PriceListFile = z.strictObject({
  id: z.string().min(1),
  validFrom: instant,
  /** null: until a list begins that says otherwise; only the last list may. */
  validUntil: instant.nullable(),
  currency: z.string().regex(/^[A-Z]{3}$/),
  metals: z.record(
    z.enum(METALS),
    z.strictObject({
      label: z.string(),
      densityMgPerCm3: z.number().int().positive(),
      pricePerGramMinor: Minor,
      /** Metal that is lost in casting and polishing, paid for and not in the piece. */
      castingLossPermille: z.number().int().min(0).max(1000),
    }),
  ),
  stones: z.strictObject({ label: z.string(), stoneMinor: Minor, settingMinor: Minor }),
  finishes: z.record(z.enum(FINISHES), z.strictObject({ label: z.string(), baseMinor: Minor, perCm2Minor: Minor })),
});

/** What things cost during one span of time: `validFrom` ≤ t < `validUntil`, in ms since 1970. */
export type PriceList = z.infer<typeof PriceListFile>;

/** Where the price lists of the house are kept: one JSON file each, beside the migrations. */
export const PRICE_LIST_FOLDER = new URL('../../../price-lists/', import.meta.url);

/**
 * All price lists of a folder, oldest first. Checked once, at start: a typing error in a price must stop the process, not
 * an order.
 *
 * @throws when a file does not fit, or two lists leave a hole between them or are valid at the same time.
 */
export function readPriceLists(folder: URL = PRICE_LIST_FOLDER): readonly PriceList[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const lists = files.map((name) => {
    const parsed = PriceListFile.safeParse(JSON.parse(readFileSync(new URL(name, folder), 'utf8')));
    if (!parsed.success) {
      throw new Error(`price list ${fileURLToPath(new URL(name, folder))}: ${z.prettifyError(parsed.error)}`);
    }
    return parsed.data;
  });
  return checkValidity(lists.sort((one, other) => one.validFrom - other.validFrom));
}

/** @throws when the lists, sorted by their beginning, do not follow each other without hole or overlap. */
export function checkValidity(lists: readonly PriceList[]): readonly PriceList[] {
  lists.forEach((list, index) => {
    const next = lists[index + 1];
    if (list.validUntil !== null && list.validUntil <= list.validFrom) {
      throw new Error(`price list ${list.id} ends before it begins`);
    }
    if (next !== undefined && list.validUntil !== next.validFrom) {
      throw new Error(`price list ${list.id} must be valid until ${next.id} begins, neither longer nor shorter`);
    }
  });
  return lists;
}

/**
 * The list valid at a moment (ms since 1970).
 *
 * @throws when none is. The order then waits, its pricing is tried again, and goes on as soon as a list is there.
 */
export function priceListAt(lists: readonly PriceList[], at: number): PriceList {
  const valid = lists.find((list) => list.validFrom <= at && (list.validUntil === null || at < list.validUntil));
  if (valid === undefined) {
    throw new Error(`no price list is valid at ${new Date(at).toISOString()}: add one to the folder price-lists`);
  }
  return valid;
}
