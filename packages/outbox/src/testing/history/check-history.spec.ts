import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkHistory } from './check-history.ts';
import {
  type ArrivedMessage,
  type CommittedTransaction,
  type HistoryFault,
  oneAfterTheOther,
  type WrittenMessage,
} from './history.ts';

/** Transactions of one key, one after the other, two messages each; `gone` was rolled back. */
function wellDone(transactions: number) {
  const written: WrittenMessage[] = [];
  const committed = new Map<string, CommittedTransaction>();
  let clock = 0;
  for (let n = 0; n < transactions; n += 1) {
    for (const each of ['a', 'b']) {
      clock += 1;
      const id = `${n}${each}`;
      written.push(message(id, { transaction: String(n), writtenAt: clock }));
    }
    clock += 1;
    committed.set(String(n), { answeredAt: clock });
  }
  const arrived = written.map((each) => copyOf(each));
  written.push(message('gone', { transaction: 'rolled back', writtenAt: clock }));
  return { written, committed, arrived };
}

const message = (id: string, rest: Partial<WrittenMessage>): WrittenMessage => ({
  id,
  topic: 't',
  key: 'k',
  value: `value of ${id}`,
  transaction: id,
  writtenAt: 0,
  serialized: undefined,
  ...rest,
});

const copyOf = ({ topic, key, id, value = '' }: WrittenMessage, partition = 3): ArrivedMessage => ({
  topic,
  partition,
  id,
  key,
  value,
});

const kinds = (found: readonly HistoryFault[]): string[] => [...new Set(found.map(({ kind }) => kind))];

const moved = <T>(list: readonly T[], from: number, to: number): T[] => {
  const [item] = list.slice(from, from + 1);
  return item === undefined ? [] : list.toSpliced(from, 1).toSpliced(to, 0, item);
};

describe('a history of what arrived', () => {
  test('without a fault, with copies that come again in any order, is accepted', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(19)), (again) => {
        const { written, committed, arrived } = wellDone(10);
        const repeats = again.flatMap((place) => arrived.slice(place, place + 1));
        expect(checkHistory({ written, committed, arrived: [...arrived, ...repeats] })).toEqual([]);
      }),
    );
  });

  test('with any message missing on the topic is lost', () => {
    const { written, committed, arrived } = wellDone(5);
    for (const place of arrived.keys()) {
      expect(kinds(checkHistory({ written, committed, arrived: arrived.toSpliced(place, 1) }))).toEqual(['lost']);
    }
  });

  test('with any two first copies the wrong way round is reordered', () => {
    const { written, committed, arrived } = wellDone(5);
    for (const from of arrived.keys()) {
      for (let to = from + 1; to < arrived.length; to += 1) {
        const changed = arrived.with(from, arrived[to] as ArrivedMessage).with(to, arrived[from] as ArrivedMessage);
        expect(kinds(checkHistory({ written, committed, arrived: changed }))).toEqual(['reordered']);
        // The right order afterwards does not help: first copies count.
        expect(kinds(checkHistory({ written, committed, arrived: [...changed, ...arrived] }))).toEqual(['reordered']);
      }
    }
  });

  test('of transactions that overlap, or whose commit was not answered, may come in either order', () => {
    const [a, b] = [message('a', { writtenAt: 1 }), message('b', { writtenAt: 2 })];
    for (const answeredAt of [3, undefined]) {
      const committed = new Map([a, b].map(({ transaction }) => [transaction, { answeredAt }]));
      expect(checkHistory({ written: [a, b], committed, arrived: [copyOf(b), copyOf(a)] })).toEqual([]);
    }
  });

  test('of transactions that overlap under the lock of their key has one order', () => {
    const [a, b] = [message('a', { writtenAt: 1, serialized: 7 }), message('b', { writtenAt: 1, serialized: 8 })];
    const committed = new Map([a, b].map(({ transaction }) => [transaction, { answeredAt: 9 }]));
    expect(checkHistory({ written: [a, b], committed, arrived: [copyOf(a), copyOf(b)] })).toEqual([]);
    expect(kinds(checkHistory({ written: [a, b], committed, arrived: [copyOf(b), copyOf(a)] }))).toEqual(['reordered']);
  });

  test('with a message that was rolled back, or that nobody wrote, has a phantom', () => {
    const { written, committed, arrived } = wellDone(2);
    const gone = copyOf(written.at(-1) as WrittenMessage);
    expect(kinds(checkHistory({ written, committed, arrived: [...arrived, gone] }))).toEqual(['phantom']);
    expect(kinds(checkHistory({ written, committed, arrived: [{ ...gone, id: 'unheard of' }, ...arrived] }))).toEqual([
      'phantom',
    ]);
  });

  test('with a copy that says something else, or is in another partition, is found', () => {
    const { written, committed, arrived } = wellDone(2);
    const [first] = arrived as [ArrivedMessage];
    expect(kinds(checkHistory({ written, committed, arrived: [...arrived, { ...first, value: 'x' }] }))).toEqual([
      'changed',
    ]);
    expect(kinds(checkHistory({ written, committed, arrived: [...arrived, { ...first, key: 'x' }] }))).toEqual([
      'changed',
    ]);
    expect(kinds(checkHistory({ written, committed, arrived: [...arrived, { ...first, partition: 4 }] }))).toEqual([
      'split',
    ]);
  });
});

describe('a history of what was handled', () => {
  const orders = ['a', 'b', 'c', 'd'].map((id) => ({ id, topic: 't', key: 'k' }));
  const x = { id: 'x', topic: 't', key: 'another' };
  const others = [x, { ...x, id: 'y' }] as const;
  const committed = oneAfterTheOther([...orders, ...others]);

  test('each once, in the order of its key, is accepted, whatever keys do to each other', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 2, maxLength: 2 }), (places) => {
        const [first = 0, second = 0] = places.toSorted();
        const handled = orders.toSpliced(first, 0, others[0]).toSpliced(second + 1, 0, others[1]);
        expect(checkHistory({ ...committed, handled })).toEqual([]);
      }),
    );
  });

  test('with any message missing is lost, though it arrived', () => {
    const arrived = [...orders, ...others].map((each) => ({ ...each, partition: 0, value: '' }));
    for (const gone of [...orders, ...others]) {
      const handled = [...orders, ...others].filter(({ id }) => id !== gone.id);
      expect(checkHistory({ ...committed, arrived, handled })).toEqual([
        { kind: 'lost', where: 'handled', id: gone.id, says: expect.stringContaining(`${gone.id} of t/${gone.key}`) },
      ]);
    }
  });

  test('with any message handled again, at once or later, has doubled it, once for each time', () => {
    for (const { id } of orders) {
      for (let place = 0; place <= orders.length; place += 1) {
        const handled = [...orders, ...others].toSpliced(place, 0, { id, topic: 't', key: 'k' });
        const early = place < orders.findIndex((order) => order.id === id);
        expect(kinds(checkHistory({ ...committed, handled }))).toEqual(early ? ['doubled', 'reordered'] : ['doubled']);
      }
    }
    const thrice = checkHistory({ ...committed, handled: [...orders, ...others, ...others, ...others] });
    expect(thrice.map(({ kind, id }) => `${kind} ${id}`)).toEqual(['doubled x', 'doubled y', 'doubled x', 'doubled y']);
  });

  test('with any message of a key handled too late or too early is reordered', () => {
    for (const from of orders.keys()) {
      for (const to of orders.keys()) {
        if (from === to) continue;
        const handled = [...others, ...moved(orders, from, to)];
        expect(kinds(checkHistory({ ...committed, handled }))).toEqual(['reordered']);
      }
    }
  });

  test('with a message that was rolled back, or that nobody wrote, has a phantom, however often', () => {
    const written = [...committed.written, message('gone', { transaction: 'rolled back' })];
    const handled = [...orders, ...others, { id: 'gone' }, { id: 'gone' }, { id: 'unheard of' }];
    const found = checkHistory({ written, committed: committed.committed, handled });
    expect(found.map(({ kind, says }) => `${kind}: ${says}`)).toEqual([
      'phantom: gone, which was rolled back',
      'phantom: unheard of, which nobody wrote',
    ]);
  });

  test('counts what was committed twice with one id as one, and a write that was rolled back before it as none', () => {
    const [first] = committed.written as [WrittenMessage];
    const written = [{ ...first, transaction: 'rolled back' }, ...committed.written, { ...first, transaction: '1' }];
    const history = { written, committed: committed.committed };
    expect(checkHistory({ ...history, handled: [...orders, ...others] })).toEqual([]);
    expect(kinds(checkHistory({ ...history, handled: [...orders, ...others, first] }))).toEqual(['doubled']);
  });
});

describe('a history in which nothing could be wrong', () => {
  const { written, committed, arrived } = wellDone(1);

  test('is refused: nothing was committed', () => {
    expect(() => checkHistory({ written, committed: new Map(), arrived: [] })).toThrow(TypeError);
    expect(() => checkHistory({ ...oneAfterTheOther([]), handled: [] })).toThrow(TypeError);
  });

  test('is refused: it has neither what arrived nor what was handled', () => {
    expect(() => checkHistory({ written, committed })).toThrow(TypeError);
    expect(checkHistory({ written, committed, arrived })).toEqual([]);
  });
});
