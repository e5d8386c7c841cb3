import { log } from '@bezel/service';
import type { PriceListNews } from './price-lists.ts';

/** Logs what was found in the folder of price lists, for operators. */
export function tellPriceLists(news: PriceListNews): void {
  if (news.kind === 'broken') {
    const { error } = news;
    log.error({ err: error, 'event.action': 'price-lists-broken', 'error.code': error.code }, error.message);
    return;
  }
  const action = { 'event.action': 'price-lists-read', 'bezel.price_lists': news.ids };
  log.info(action, `price lists read: ${news.ids.join(', ') || 'none'}`);
  for (const { from, until } of news.holes) {
    const end = until === null ? 'on' : `to ${new Date(until).toISOString()}`;
    log.warn(action, `no price list is valid from ${new Date(from).toISOString()} ${end}`);
  }
}
