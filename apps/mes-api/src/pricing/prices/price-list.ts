import { createHash } from 'node:crypto';
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
  /** What is taken off the sum of an offer, by partner (the tenant of their orders); whoever is not here pays it all. */
  partnerDiscountsPermille: z.record(z.string().min(1), z.number().int().min(1).max(1000)).default({}),
});

/** What things cost during one span of time: `validFrom` ≤ t < `validUntil`, in ms since 1970. */
export type PriceList = z.infer<typeof PriceListFile> & {
  /** Its id and what it says: a list that was changed has another name. All parts of one offer come from one name. */
  readonly name: string;
};

/** A price list, or what stands where one should be. */
export interface PriceListText {
  readonly file: string;
  readonly text: string;
}

/**
 * The lists in some files, oldest first. A hole between two of them is allowed: orders wait there, see {@link holesIn}.
 *
 * @throws when a file does not fit, two lists have one id, or two are valid at the same time.
 */
export function parsePriceLists(files: readonly PriceListText[]): readonly PriceList[] {
  const lists = files.map(({ file, text }) => {
    const parsed = PriceListFile.safeParse(json(text));
    if (!parsed.success) throw new Error(`price list ${file}: ${z.prettifyError(parsed.error)}`);
    return { ...parsed.data, name: `${parsed.data.id}/${digestOf(parsed.data)}` };
  });
  return checkValidity(lists.sort((one, other) => one.validFrom - other.validFrom));
}

const digestOf = (list: object): string => createHash('sha256').update(JSON.stringify(list)).digest('hex').slice(0, 12);

/** What cannot be read as JSON fits no schema; half a file is the usual case. */
function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws when the lists, sorted by their beginning, end before they begin, overlap or share an id. */
export function checkValidity(lists: readonly PriceList[]): readonly PriceList[] {
  lists.forEach((list, index) => {
    const next = lists[index + 1];
    if (list.validUntil !== null && list.validUntil <= list.validFrom) {
      throw new Error(`price list ${list.id} ends before it begins`);
    }
    if (next !== undefined && (list.validUntil === null || list.validUntil > next.validFrom)) {
      throw new Error(`price list ${list.id} must end when ${next.id} begins, or before`);
    }
    if (lists.some((other, at) => at > index && other.id === list.id)) {
      throw new Error(`price list ${list.id} is there twice`);
    }
  });
  return lists;
}

/** A span in which no list is valid, between two lists or behind the last (`until` null). In ms since 1970. */
export interface Hole {
  readonly from: number;
  readonly until: number | null;
}

/** The spans without a list from the first list on. */
export function holesIn(lists: readonly PriceList[]): readonly Hole[] {
  return lists.flatMap(({ validUntil }, index): Hole[] => {
    const next = lists[index + 1]?.validFrom ?? null;
    return validUntil === null || validUntil === next ? [] : [{ from: validUntil, until: next }];
  });
}

/** The list valid at a moment (ms since 1970). */
export const priceListAt = (lists: readonly PriceList[], at: number): PriceList | undefined =>
  lists.find((list) => list.validFrom <= at && (list.validUntil === null || at < list.validUntil));
