import type { Death } from './deaths/armed.ts';
import type { Cell } from './matrix/cells.ts';

/** A process of the stack that ended without having been told to. */
export interface End {
  readonly name: string;
  readonly pid: number | null;
  readonly reason: string;
}

/** Something that is wrong when everything has come to rest. */
export interface Wrong {
  /** Null: it is about no order in particular. */
  readonly orderId: string | null;
  readonly what: string;
}

export interface CellEvidence {
  readonly cells: readonly Cell[];
  readonly deaths: readonly Death[];
  /** What the supervisor saw. */
  readonly ends: readonly End[];
  /** Processes that ran when everything had come to rest. */
  readonly running: ReadonlySet<string>;
  readonly wrong: readonly Wrong[];
}

export interface CellFailure {
  readonly cell: string;
  readonly orderId: string | null;
  readonly why: readonly string[];
}

export interface CellVerdict {
  readonly passed: readonly string[];
  readonly failed: readonly CellFailure[];
  /** What is wrong and belongs to no cell. */
  readonly beside: readonly string[];
}

/**
 * A cell is passed when its process died right there, by SIGKILL, as the supervisor saw it, runs again, and nothing is wrong
 * with the order it had at hand. An order that something is wrong with fails every cell it died in.
 */
export function judgeCells({ cells, deaths, ends, running, wrong }: CellEvidence): CellVerdict {
  const died = new Map(deaths.map((death) => [death.cell, death]));
  const wrongOf = Map.groupBy(wrong, ({ orderId }) => orderId);
  const seen = (death: Death) => ends.find(({ name, pid }) => name === death.role && pid === death.pid);
  const passed: string[] = [];
  const failed: CellFailure[] = [];
  for (const { id, role } of cells) {
    const death = died.get(id);
    if (death === undefined) {
      failed.push({ cell: id, orderId: null, why: ['no order came there: the process never died in it'] });
      continue;
    }
    const end = seen(death);
    const why = [
      ...(end === undefined ? [`the supervisor did not see process ${death.pid} end`] : []),
      ...(end !== undefined && end.reason !== 'SIGKILL' ? [`the process ended by ${end.reason}, not by SIGKILL`] : []),
      ...(running.has(role) ? [] : ['the process does not run again']),
      ...(wrongOf.get(death.orderId) ?? []).map(({ what }) => what),
    ];
    if (why.length === 0) passed.push(id);
    else failed.push({ cell: id, orderId: death.orderId, why });
  }
  const orders = new Set(deaths.map(({ orderId }) => orderId));
  const meant = new Set(deaths.map(({ role, pid }) => `${role} ${pid}`));
  return {
    passed,
    failed,
    beside: [
      ...wrong
        .filter(({ orderId }) => orderId === null || !orders.has(orderId))
        .map(({ orderId, what }) => (orderId === null ? what : `${orderId}, which met no death: ${what}`)),
      ...ends
        .filter(({ name, pid }) => !meant.has(`${name} ${pid}`))
        .map(({ name, pid, reason }) => `${name} (${pid}) ended by ${reason}, and in no cell`),
    ],
  };
}
