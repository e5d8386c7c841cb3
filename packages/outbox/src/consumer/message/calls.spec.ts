import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { defineEvent } from '../../event/index.ts';
import { type EventHandler, on } from '../on.ts';
import { type HandlerCall, type PlacedEvent, toCalls } from './calls.ts';

const defined = (type: string) => defineEvent({ type, topic: 't', key: () => 'k', schema: z.unknown() });
const HANDLERS: Readonly<Record<string, EventHandler>> = {
  one: on(defined('one'), () => {}),
  other: on(defined('other'), () => {}),
  many: on.batch(defined('many'), () => {}),
  more: on.batch(defined('more'), () => {}),
};

/** "many:a" is an event for that handler with key a; "many:" has no key. */
function eventsOf(...words: string[]): PlacedEvent[] {
  return words.map((word, index) => {
    const [name = '', key = ''] = word.split(':');
    const handler = HANDLERS[name];
    if (handler === undefined) throw new Error(`no handler ${name}`);
    const envelope = { id: `${index}`, type: name, source: '/s', time: '', sequence: null, headers: {} };
    const message = { offset: BigInt(index), key: key === '' ? null : Buffer.from(key), value: null, headers: [] };
    // Places have gaps where copies stood.
    return { place: 2 * index, message: { kind: 'handle', message, envelope, handler, upcaster: null } };
  });
}

const placesOf = (calls: readonly HandlerCall[]) => calls.map(({ events }) => events.map(({ place }) => place / 2));

describe('the calls of a transaction', () => {
  test('hand over every event once, to its handler, one at a time or several, and keep the order of every key', () => {
    const word = fc
      .tuple(fc.constantFrom(...Object.keys(HANDLERS)), fc.constantFrom('', 'a', 'b', 'c'))
      .map((parts) => parts.join(':'));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        const events = eventsOf(...words);
        const calls = toCalls(events);
        const handed = calls.flatMap((call) => call.events);
        expect(handed.map(({ place }) => place).toSorted((a, b) => a - b)).toEqual(events.map(({ place }) => place));
        for (const { handler, events: together } of calls) {
          expect(together.every(({ message }) => message.handler === handler)).toBe(true);
          expect(handler.takes === 'batch' || together.length === 1).toBe(true);
          expect(together.map(({ place }) => place)).toEqual(
            together.map(({ place }) => place).toSorted((a, b) => a - b),
          );
        }
        for (const ofKey of Map.groupBy(handed, ({ message }) => String(message.message.key)).values()) {
          expect(ofKey.map(({ place }) => place)).toEqual(ofKey.map(({ place }) => place).toSorted((a, b) => a - b));
        }
      }),
    );
  });

  test('are as few as the order of the keys allows', () => {
    expect(placesOf(toCalls(eventsOf('many:a', 'many:b', 'many:a', 'many:')))).toEqual([[0, 1, 2, 3]]);
    // Others' events of other keys are no reason to part a batch …
    expect(placesOf(toCalls(eventsOf('many:a', 'one:b', 'more:c', 'many:d', 'more:e')))).toEqual([[0, 3], [1], [2, 4]]);
    // … one of the same key is: 2 comes after 1, and what follows on any key goes with it.
    expect(placesOf(toCalls(eventsOf('many:a', 'one:a', 'many:a', 'many:b')))).toEqual([[0], [1], [2, 3]]);
    expect(placesOf(toCalls(eventsOf('one:a', 'one:a', 'other:b')))).toEqual([[0], [1], [2]]);
    expect(toCalls([])).toEqual([]);
  });
});
