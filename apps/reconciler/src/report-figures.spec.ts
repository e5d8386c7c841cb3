// The first import registers the metrics SDK before anything records into them.

import { HOPS } from '@bezel/ledger';
import type { ReconcilerFigures } from '@bezel/ledger/reconciler';
import { metricsText } from '@bezel/service/telemetry';
import { expect, test } from '@jest/globals';
import { countRepairs, reportFigures } from './report-figures.ts';

const figure = async (start: string): Promise<string | undefined> =>
  (await metricsText())
    .split('\n')
    .find((line) => line.startsWith(start))
    ?.split(' ')
    .at(-1);
const WELL: ReconcilerFigures = {
  ...{ leads: true, inQuestion: 1, roundAgeMs: 2_000, passAgeMs: 60_000, troubles: new Map() },
  againAgeMs: { new: 5_000, old: 90_000 },
  unaccounted: new Map(HOPS.map((hop) => [hop, hop === 'workflow' ? 3 : 0])),
};

test('what is not known is no number, whatever was known before', async () => {
  let figures = WELL;
  const stop = reportFigures(() => figures);
  try {
    expect(await figure('order_unaccounted{hop="workflow"}')).toBe('3');
    expect(await figure('order_unaccounted{hop="crm.inbox"}')).toBe('0');
    expect(await figure('bezel_reconciler_round_age_seconds')).toBe('2');
    expect(await figure('bezel_reconciler_again_age_seconds{orders="new"}')).toBe('5');
    expect(await figure('bezel_reconciler_again_age_seconds{orders="old"}')).toBe('90');
    // A source is away: what was found stays, nothing is called well.
    figures = { ...WELL, unaccounted: new Map([['workflow', 3]]), troubles: new Map([['kafka', 'gone']]) };
    expect(await figure('order_unaccounted{hop="workflow"}')).toBe('3');
    expect(await figure('order_unaccounted{hop="crm.inbox"}')).toBe('NaN');
    expect(await figure('bezel_reconciler_blind{source="kafka"}')).toBe('1');
    // Another one leads.
    figures = { ...WELL, leads: false, unaccounted: new Map(), troubles: new Map() };
    expect(await figure('order_unaccounted{hop="workflow"}')).toBe('NaN');
    expect(await figure('bezel_reconciler_leads')).toBe('0');
    expect(await figure('bezel_reconciler_round_age_seconds')).toBe('NaN');
    expect(await figure('bezel_reconciler_again_age_seconds{orders="old"}')).toBe('NaN');
    expect(await figure('bezel_reconciler_pass_age_seconds')).toBe('NaN');
    expect(await figure('bezel_reconciler_in_question')).toBe('NaN');
    expect(await figure('bezel_reconciler_blind{source="kafka"}')).toBe('0');
  } finally {
    stop();
  }
});

test('repairs are counted by kind and outcome', async () => {
  const count = countRepairs();
  count('publish-again', 'asked');
  count('publish-again', 'asked');
  expect(await figure('bezel_reconciler_repairs_total{kind="publish-again",outcome="asked"}')).toBe('2');
});
