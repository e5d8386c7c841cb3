/** That an order has a status: what a row says, or a message, or what a consumer made of it. */
export interface Fact {
  readonly order: string;
  readonly status: string;
}

/** What became of facts on their way, one line for each that did not arrive as it should. All empty when all is well. */
export interface Account {
  /** Committed, and never arrived. */
  readonly lost: readonly string[];
  /** Arrived, and was never committed. */
  readonly phantom: readonly string[];
  /** Arrived more than once. */
  readonly doubled: readonly string[];
  /** Orders of which the facts arrived in another order than they were committed in. */
  readonly outOfOrder: readonly string[];
}

const named = ({ order, status }: Fact): string => `${order} ${status}`;

/** Compares what was committed with what arrived, each in its order. */
export function accountOf(committed: readonly Fact[], arrived: readonly Fact[]): Account {
  const [before, after] = [committed.map(named), arrived.map(named)];
  const firsts = [...new Set(after)];
  return {
    lost: before.filter((name) => !after.includes(name)),
    phantom: firsts.filter((name) => !before.includes(name)),
    doubled: firsts.filter((name) => after.indexOf(name) !== after.lastIndexOf(name)),
    outOfOrder: [...new Set(committed.map(({ order }) => order))].flatMap((order) => {
      const ofOrder = (names: readonly string[]) => names.filter((name) => name.startsWith(`${order} `));
      const came = ofOrder(firsts).filter((name) => before.includes(name));
      const should = ofOrder(before).filter((name) => came.includes(name));
      return came.join() === should.join() ? [] : [came.join(', then ')];
    }),
  };
}
