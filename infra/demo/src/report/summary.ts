import type { Finding } from '@bezel/ledger';
import type { Verdict } from '../check/verdict.ts';

/** The last line of `--json`. New keys are only ever added at the end. */
export interface Summary {
  /** Submissions answered with 201. */
  readonly submitted: number;
  readonly delivered: number;
  readonly cancelled: number;
  /** Findings of each kind; an order may have several. */
  readonly lost: number;
  readonly duplicateEffects: number;
  readonly outOfOrder: number;
  /** SIGKILLs sent. */
  readonly kills: number;
  /** From the first submission to the verdict. */
  readonly seconds: number;
  readonly unfinished: number;
  readonly phantoms: number;
  /** Answers no client should have got. */
  readonly complaints: number;
  /** Requests sent again because no answer, a 429 or a 5xx came. */
  readonly retries: number;
  readonly seed: string;
  readonly unreadable: number;
}

export function summarise(
  { findings, statuses }: Pick<Verdict, 'findings' | 'statuses'>,
  run: Pick<Summary, 'submitted' | 'kills' | 'seconds' | 'complaints' | 'retries' | 'seed'>,
): Summary {
  const count = (kind: Finding['kind']): number => findings.filter((finding) => finding.kind === kind).length;
  return {
    submitted: run.submitted,
    delivered: statuses.get('DELIVERED') ?? 0,
    cancelled: statuses.get('CANCELLED') ?? 0,
    lost: count('lost'),
    duplicateEffects: count('doubled-effect'),
    outOfOrder: count('out-of-order'),
    kills: run.kills,
    seconds: Math.round(run.seconds * 10) / 10,
    unfinished: count('unfinished'),
    phantoms: count('phantom'),
    complaints: run.complaints,
    retries: run.retries,
    seed: run.seed,
    unreadable: count('unreadable'),
  };
}

/** Whether the run showed what it is there to show: every order asked for arrived or was called off, once and in order. */
export const isSound = (summary: Summary, orders: number): boolean =>
  summary.submitted === orders &&
  summary.delivered + summary.cancelled === orders &&
  summary.lost +
    summary.duplicateEffects +
    summary.outOfOrder +
    summary.unfinished +
    summary.phantoms +
    summary.unreadable ===
    0;
