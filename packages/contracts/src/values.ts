import { z } from 'zod';

/** An amount in minor units (cents), as a decimal string so that no number type can round it, with its ISO 4217 code. */
export const Money = z.object({
  amountMinor: z.string().regex(/^-?\d{1,18}$/),
  currency: z.string().regex(/^[A-Z]{3}$/),
});
export type Money = z.infer<typeof Money>;

/** What the piece is cast in; the number is the fineness in thousandths. */
export const METALS = ['gold-585', 'gold-750', 'silver-925', 'platinum-950'] as const;
export const Metal = z.enum(METALS);
export type Metal = z.infer<typeof Metal>;

/** How the surface is worked; it decides the labour part of a price. */
export const FINISHES = ['polished', 'brushed', 'hammered'] as const;
export const Finish = z.enum(FINISHES);
export type Finish = z.infer<typeof Finish>;

/** How many 1.5 mm brilliants are set into the piece. */
export const Stones = z.number().int().min(0).max(200);

/** A model file by the SHA-256 of its bytes: the same model uploaded twice is one model. */
export const ModelRef = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  fileName: z.string().min(1).max(255),
  bytes: z.number().int().positive(),
});
export type ModelRef = z.infer<typeof ModelRef>;

/** One line of a price offer, as the customer sees it. A discount is a line of its own with a negative amount; no other is. */
export const PricePart = z.object({
  kind: z.enum(['metal', 'stones', 'labour', 'discount']),
  label: z.string(),
  amount: Money,
});
export type PricePart = z.infer<typeof PricePart>;

/** What an order would cost, until when the offer stands, and what it was computed from (µm and mg, never floats of mm or g). */
export const PriceOffer = z.object({
  offerId: z.uuid(),
  total: Money,
  parts: z.array(PricePart).min(1),
  massMg: z.number().int().nonnegative(),
  boundingBoxUm: z.tuple([z.number().int(), z.number().int(), z.number().int()]),
  /** What the customer should know about the model before accepting, such as thin walls; absent when there is nothing. */
  warnings: z.array(z.string()).min(1).optional(),
  expiresAt: z.iso.datetime(),
});
export type PriceOffer = z.infer<typeof PriceOffer>;

/** What pricing does with a model, in this order; it may begin anew. */
export const PRICING_PHASES = ['fetching', 'waiting', 'reading', 'welding', 'closing', 'measuring'] as const;
export const PricingPhase = z.enum(PRICING_PHASES);
export type PricingPhase = z.infer<typeof PricingPhase>;

/** How far the pricing of an order is. */
export const PricingProgress = z.object({
  phase: PricingPhase,
  /** Of the time it usually takes; from 0 to 99. */
  percent: z.number().int().min(0).max(99),
});
export type PricingProgress = z.infer<typeof PricingProgress>;

/** UTC time in ISO 8601. */
export const Instant = z.iso.datetime();
