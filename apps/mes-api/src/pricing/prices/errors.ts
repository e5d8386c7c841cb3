/** No price list is valid at the moment an order's pricing began. The order waits until one is there. */
export class NoPriceListError extends Error {
  override readonly name = 'NoPriceListError';
  readonly code = 'NO_PRICE_LIST';
  readonly retryable = true;

  /** `broken`: why the folder as it is now could not be read, if that is so. */
  constructor(at: number, broken?: string) {
    const also = broken === undefined ? '' : `; ${broken}`;
    super(`no price list is valid at ${new Date(at).toISOString()}: add one to the folder of price lists${also}`);
  }
}

/** The folder of price lists cannot be used as it is. */
export class PriceListsBrokenError extends Error {
  override readonly name = 'PriceListsBrokenError';
  readonly code = 'PRICE_LISTS_BROKEN';
  readonly retryable = true;

  constructor(cause: Error) {
    super(`the price lists cannot be read: ${cause.message}`, { cause });
  }
}
