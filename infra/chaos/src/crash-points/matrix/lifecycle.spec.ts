import * as contracts from '@bezel/contracts';
import {
  type MesActivities,
  type PricingActivities,
  type ShopActivities,
  TRANSITIONS,
  type Transition,
} from '@bezel/order-workflow';
import { expect, test } from '@jest/globals';
import { crashMatrixOfOrders } from './cells.ts';
import { KINDS } from './kinds.ts';
import { type Made, messagesOf, STEPS } from './lifecycle.ts';
import { MESSAGES_WITHOUT_STEP, MOVES_WITHOUT_STEP } from './without-step.ts';

const works = STEPS.flatMap(({ work }) => work);
const nameOf = ({ from, on }: Made | Transition): string => `${from} ${on}`;

test('every move of the stage contract is made in one step, or it is said why in none', () => {
  const made = works.flatMap(({ makes }) => makes ?? []);
  expect([...made.map(nameOf), ...Object.keys(MOVES_WITHOUT_STEP)].sort()).toEqual(TRANSITIONS.map(nameOf).sort());
  for (const move of made) expect(TRANSITIONS).toContainEqual(move);
});

/** Complete by its type: an activity that is added is missing here. */
const ACTIVITIES: Readonly<Record<keyof (ShopActivities & MesActivities & PricingActivities), true>> = {
  ...{ moveOrder: true, recordRefusedFact: true, recordDelay: true },
  ...{ analyseModel: true, priceMetal: true, priceStones: true, priceLabour: true },
  ...{ openWorkOrder: true, withdrawWorkOrder: true },
};

test('every activity of the workflow is done in some step', () => {
  expect([...new Set(works.flatMap(({ about }) => about?.type ?? []))].sort()).toEqual(Object.keys(ACTIVITIES).sort());
});

test('every message about orders is written in some step, or it is said why in none', () => {
  const known = Object.values(contracts).flatMap((one) =>
    typeof one === 'object' && 'type' in one && 'topic' in one ? [String(one.type)] : [],
  );
  const written = new Set(STEPS.flatMap((step) => messagesOf(step).map(({ type }) => type)));
  expect([...written, ...Object.keys(MESSAGES_WITHOUT_STEP)].sort()).toEqual(known.sort());
});

test('in every kind of life there is something to be died of', () => {
  expect(new Set(crashMatrixOfOrders().cells.map(({ life }) => life))).toEqual(new Set(Object.keys(KINDS)));
});
