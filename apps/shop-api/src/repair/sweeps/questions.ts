/** After so many orders in a row without an answer it is not the orders: Temporal, or its workers, are away. */
const AWAY_AFTER = 3;

/** What one look asks Temporal, or its workers, order by order. Pure: it is told what came of each question. */
export interface Questions {
  /** Orders to ask about last: the look before got no answer for them. */
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
 * a question, which takes seconds then. So a look gives up after a few orders in a row, and the next one asks about those last:
 * however many are never answered for, every other one is asked about some look soon.
 */
export function questions(last: ReadonlySet<string>): Questions {
  const [unanswered, inARow] = [new Set<string>(), new Set<string>()];
  const questions = {
    last,
    unanswered,
    get away() {
      return inARow.size >= AWAY_AFTER;
    },
    came(orderId: string, answer: 'answer' | 'none') {
      if (answer === 'answer') return inARow.clear();
      unanswered.add(orderId);
      inARow.add(orderId);
    },
    forNext: () => (questions.away ? new Set([...last, ...unanswered]) : unanswered),
  };
  return questions;
}
