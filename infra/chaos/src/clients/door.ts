import { randomOf } from '@bezel/demo/clients';

/** Where an order is placed. */
export type Door = 'shop' | 'partner';

const PARTNERS_SHARE = 0.15;

/** Decided from the seed alone. */
export const doorOf = (seed: string, index: number): Door =>
  randomOf(seed, 'door', index).chance(PARTNERS_SHARE) ? 'partner' : 'shop';
