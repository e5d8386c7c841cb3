import { readdir, readFile } from 'node:fs/promises';
import { NoPriceListError, PriceListsBrokenError } from './errors.ts';
import { type Hole, holesIn, type PriceList, type PriceListText, parsePriceLists, priceListAt } from './price-list.ts';

/** Where the price lists of the house are kept unless told otherwise: one JSON file each, beside the migrations. */
export const PRICE_LIST_FOLDER = new URL('../../../price-lists/', import.meta.url);

/** The folder is looked at this often at most, while prices are asked for. */
const LOOK_EVERY_MS = 1_000;

/** What is found when the folder was changed; told once a change. */
export type PriceListNews =
  | { readonly kind: 'read'; readonly ids: readonly string[]; readonly holes: readonly Hole[] }
  /** The folder as it is now cannot be used. What was read last goes on being used, if anything was. */
  | { readonly kind: 'broken'; readonly error: PriceListsBrokenError };

/**
 * The price lists in a folder, as they are now: a list that is added, mended or taken away counts within a second, without
 * a restart. All files are taken together or not at all. While they cannot be (a typing error, an overlap, a file half
 * written), the lists that were read last go on.
 *
 * @example
 * const lists = new PriceLists({ onNews: (news) => log.info({ news }) });
 * const list = await lists.validAt(Date.now());
 */
export class PriceLists {
  readonly #folder: URL;
  readonly #onNews: (news: PriceListNews) => void;
  #lists: readonly PriceList[] = [];
  #broken: PriceListsBrokenError | undefined;
  /** What the folder held at the last look; undefined when it could not be read. */
  #seen: string | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  constructor({
    folder = PRICE_LIST_FOLDER,
    onNews = () => {},
  }: { readonly folder?: URL; readonly onNews?: (news: PriceListNews) => void } = {}) {
    this.#folder = folder;
    this.#onNews = onNews;
  }

  /**
   * The list valid at a moment (ms since 1970).
   *
   * @throws NoPriceListError when none is, PriceListsBrokenError when none could be read yet. Both pass as soon as the
   * folder is right: trying again is right.
   */
  async validAt(at: number): Promise<PriceList> {
    const before = performance.now() - this.#lookedAt < LOOK_EVERY_MS ? priceListAt(this.#lists, at) : undefined;
    if (before !== undefined) return before;
    await this.look();
    const valid = priceListAt(this.#lists, at);
    if (valid !== undefined) return valid;
    throw this.#lists.length === 0 && this.#broken !== undefined
      ? this.#broken
      : new NoPriceListError(at, this.#broken?.message);
  }

  /** Reads the folder, if it has changed. Never rejects. Those who come while it is being read share the reading. */
  look(): Promise<void> {
    this.#looking ??= this.#read().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #read(): Promise<void> {
    try {
      const before = this.#seen;
      this.#seen = undefined;
      const files = await filesIn(this.#folder);
      this.#seen = JSON.stringify(files);
      if (this.#seen === before) return;
      this.#lists = parsePriceLists(files);
      this.#broken = undefined;
      this.#onNews({ kind: 'read', ids: this.#lists.map(({ id }) => id), holes: holesIn(this.#lists) });
    } catch (error) {
      this.#cannotUse(error as Error);
    } finally {
      this.#lookedAt = performance.now();
    }
  }

  /** A folder that cannot even be read is told once, too, and looked into as a new one when it is back. */
  #cannotUse(error: Error): void {
    const broken = new PriceListsBrokenError(error);
    if (broken.message === this.#broken?.message) return;
    this.#broken = broken;
    this.#onNews({ kind: 'broken', error: broken });
  }
}

async function filesIn(folder: URL): Promise<PriceListText[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(names.map(async (file) => ({ file, text: await readFile(new URL(file, folder), 'utf8') })));
}
