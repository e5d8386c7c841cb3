import { describe, expect, test } from '@jest/globals';
import { hangs } from './liveness.ts';

/** A probe that answers as told, letter by letter: "." works, "x" fails. At the end of its script it fires `over`. */
function scripted(script: string): { probe: () => Promise<void>; asked: () => number; over: AbortSignal } {
  const over = new AbortController();
  let asked = 0;
  return {
    asked: () => asked,
    over: over.signal,
    async probe() {
      const answer = script[asked];
      asked += 1;
      if (answer === undefined) over.abort();
      if (answer === 'x') throw new Error(`failure ${asked}`);
    },
  };
}

describe('a unit hangs', () => {
  test.each([
    ['.xxx', 4],
    ['.xx.xx.xxx', 10],
    ['xxxxxx.xxx', 10],
  ])('when its probe answers %s: it had answered, and fails three times in a row', async (script, asked) => {
    const unit = scripted(script);
    expect(await hangs(unit.probe, { everyMs: 1, failures: 3 }, unit.over)).toEqual(new Error(`failure ${asked}`));
    expect(unit.asked()).toBe(asked);
  });

  test.each(['.xx.xx.xx', 'xxxxxx', '......'])('and does not when it answers %s', async (script) => {
    const unit = scripted(script);
    expect(await hangs(unit.probe, { everyMs: 1, failures: 3 }, unit.over)).toBeNull();
  });
});
