import { describe, expect, test } from '@jest/globals';
import { type Cell, crashMatrixOfOrders } from '../matrix/cells.ts';
import type { Death } from './armed.ts';
import { type AtHand, DEATHS_AN_ORDER, Recogniser } from './recognise.ts';

const { cells } = crashMatrixOfOrders();
const cell = (id: string): Cell => {
  const found = cells.find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no cell ${id}`);
  return found;
};
const published = cell('shop-relay/relay.published/accept/to APPROVED');
const checkpointed = cell('shop-relay/relay.checkpointed/accept/to APPROVED');
const moved = (key: string, to: string): AtHand => ({ type: 'shop.order-status-changed', key, data: { to } });
const died = (of: Cell, orderId: string): Death => ({ cell: of.id, role: of.role, pid: 1, orderId, at: 0 });
const none = (): readonly Death[] => [];

describe('a process', () => {
  test('dies where a message of the step is at hand, and not at others', () => {
    const recogniser = new Recogniser([published]);
    expect(recogniser.at('relay.published', [moved('a', 'PRICED')], none)).toBeUndefined();
    expect(recogniser.at('relay.read', [moved('a', 'APPROVED')], none)).toBeUndefined();
    const atHand = [moved('a', 'PRICED'), moved('b', 'APPROVED')];
    expect(recogniser.at('relay.published', atHand, none)).toEqual({ cell: published, orderId: 'b' });
  });

  test('dies in a cell once, whichever process it was', () => {
    const deaths = () => [died(published, 'a')];
    expect(new Recogniser([published]).at('relay.published', [moved('b', 'APPROVED')], deaths)).toBeUndefined();
  });

  test('dies once at a message of an order, and for the next cell waits for another order', () => {
    const read = cell('shop-relay/relay.read/accept/to APPROVED');
    const deaths = () => [died(read, 'a')];
    const recogniser = new Recogniser([published]);
    expect(recogniser.at('relay.published', [moved('a', 'APPROVED')], deaths)).toBeUndefined();
    expect(recogniser.at('relay.published', [moved('b', 'APPROVED')], deaths)).toMatchObject({ orderId: 'b' });
  });

  test('leaves an order alone that has met enough deaths', () => {
    const others = cells.filter(({ role }) => role !== published.role).slice(0, DEATHS_AN_ORDER);
    const deaths = () => others.map((other) => died(other, 'a'));
    expect(new Recogniser([published]).at('relay.published', [moved('a', 'APPROVED')], deaths)).toBeUndefined();
  });

  test('dies at a point that names no message when it comes next after those that do', () => {
    const recogniser = new Recogniser([checkpointed]);
    expect(recogniser.at('relay.checkpointed', [], none)).toBeUndefined();
    expect(recogniser.at('relay.published', [moved('a', 'APPROVED')], none)).toBeUndefined();
    expect(recogniser.at('relay.checkpointed', [], none)).toBeUndefined(); // of a checkpoint that was under way
    expect(recogniser.at('relay.checkpointing', [], none)).toBeUndefined();
    expect(recogniser.at('relay.checkpointed', [], none)).toEqual({ cell: checkpointed, orderId: 'a' });
  });

  test('takes what tells of a repair for a message of its order, and dies at what follows from it', () => {
    const asked: AtHand = { type: 'shop.redrive-asked', key: 'repair/r', data: { orderId: 'a' } };
    const told = cell('shop-relay/relay.published/repair/shop.redrive-asked');
    expect(new Recogniser([told]).at('relay.published', [asked], none)).toMatchObject({ orderId: 'a' });
    const played = cell('shop-consumer/consumer.redriving/repair/shop.redrive-asked');
    const recogniser = new Recogniser([played]);
    expect(recogniser.at('consumer.redriving', [], none)).toBeUndefined();
    expect(recogniser.at('writer.written', [asked], none)).toBeUndefined();
    expect(recogniser.at('consumer.redriving', [], none)).toEqual({ cell: played, orderId: 'a' });
  });

  test('takes nothing for an order that is none', () => {
    expect(new Recogniser([published]).at('relay.published', [moved('', 'APPROVED')], none)).toBeUndefined();
  });
});
