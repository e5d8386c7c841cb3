/** What the shop promises in a run: short, so that offers run out and orders are late while faults come. */
export interface Terms {
  /** How long an offer stays open. */
  readonly offerValidMs: number;
  /** What each stage may take that is not the customer's. */
  readonly stageMs: number;
}

export const TERMS: Terms = { offerValidMs: 60_000, stageMs: 30_000 };

/** After so long a stage has lasted longer than is usual, and the shop begins to doubt its promise. */
const USUAL_SHARE = 1 / 3;

const STAGES = ['SUBMITTED', 'PRICING', 'APPROVED', 'IN_MANUFACTURING', 'MANUFACTURING_COMPLETED', 'PACKED', 'SHIPPED'];

/** The terms as the shop is told them. */
export const environmentOf = ({ offerValidMs, stageMs }: Terms): Readonly<Record<string, string>> => ({
  OFFER_VALID_FOR: String(offerValidMs),
  STAGE_TIMES: STAGES.map((stage) => `${stage}=${stageMs}/${Math.floor(stageMs * USUAL_SHARE)}`).join(','),
});
