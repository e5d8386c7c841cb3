/** After so many orders in a row without an answer it is not the orders: Temporal, or its workers, are away. */
const AWAY_AFTER = 3;

/** What one look asks Temporal, or its workers, order by order. Pure: it is told what came of each question. */
export interface Questions {
  /** Orders to ask about last, after all others: looks before got no answer for them. */
  readonly last: ReadonlySet<string>;
  /** Orders that this look got no answer for. */
  readonly unanswered: ReadonlySet<string>;
  /** Nobody answers: the rest is left to the next look. */
  readonly away: boolean;
  came(orderId: string, answer: 'answer' | 'none'): void;
  /** Orders to ask about last in the next look. */
  forNext(): ReadonlySet<string>;
}

/**
 * An order that is never answered for must not keep those behind it waiting; and when nobody answers, not every order is worth
 * a question, which takes seconds then. So a look gives up after a few orders in a row, and the next one asks about those last, and
 * about those of the looks before it, until one look has asked about all others. It comes to the last ones then: whom of them it does
 * not reach is not last any more. However many of n orders are never answered for, every other one is asked about within
 * 2 × (n / 3 + 1) looks: in n / 3 + 1 looks one comes to the last ones, and in as many again all those it did not reach were asked about.
 *
 * @param last what the look before answered {@link Questions.forNext} with; nobody for the first look
 */
export function questions(last: ReadonlySet<string>): Questions {
  const [unanswered, inARow] = [new Set<string>(), new Set<string>()];
  let cameToLast = false;
  const questions = {
    last,
    unanswered,
    get away() {
      return inARow.size >= AWAY_AFTER;
    },
    came(orderId: string, answer: 'answer' | 'none') {
      if (last.has(orderId)) cameToLast = true;
      if (answer === 'answer') return inARow.clear();
      unanswered.add(orderId);
      inARow.add(orderId);
    },
    forNext: () => (questions.away && !cameToLast ? new Set([...last, ...unanswered]) : unanswered),
  };
  return questions;
}
