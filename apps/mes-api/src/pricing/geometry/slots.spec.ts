import { describe, expect, test } from '@jest/globals';
import { Slots } from './slots.ts';

const forever = new AbortController().signal;

/** Enters in the background; `log` tells who came in. */
function visitors(slots: Slots) {
  const inside = new Map<string, Disposable>();
  return {
    inside,
    come: (name: string, alone = false, signal = forever) => {
      const entering = slots.enter({ alone, signal }).then((slot) => void inside.set(name, slot));
      entering.catch(() => {});
      return entering;
    },
    leave: async (name: string) => {
      inside.get(name)?.[Symbol.dispose]();
      inside.delete(name);
      await settled();
    },
  };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('slots', () => {
  test('let in so many, and the next when one leaves', async () => {
    const { come, leave, inside } = visitors(new Slots(2));
    for (const name of ['a', 'b', 'c']) come(name);
    await settled();
    expect([...inside.keys()]).toEqual(['a', 'b']);
    await leave('a');
    expect([...inside.keys()]).toEqual(['b', 'c']);
  });

  test('one who must be alone waits for all to leave, and holds back those who come later', async () => {
    const { come, leave, inside } = visitors(new Slots(2));
    come('a');
    come('alone', true);
    come('late');
    await settled();
    expect([...inside.keys()]).toEqual(['a']);
    await leave('a');
    expect([...inside.keys()]).toEqual(['alone']);
    await leave('alone');
    expect([...inside.keys()]).toEqual(['late']);
  });

  test('whoever gives up waiting keeps nobody waiting', async () => {
    const { come, inside } = visitors(new Slots(2));
    come('a');
    const cancel = new AbortController();
    const alone = come('alone', true, cancel.signal);
    come('late');
    cancel.abort(new Error('cancelled'));
    await expect(alone).rejects.toThrow('cancelled');
    await settled();
    expect([...inside.keys()]).toEqual(['a', 'late']);
    await expect(come('dead', false, cancel.signal)).rejects.toThrow('cancelled');
  });
});
