import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { FAILPOINTS } from '../failpoints.ts';
import { oneAfterTheOther } from '../history/history.ts';
import { type CrashResult, type CrashScenario, type CrashTrial, crashMatrix } from './crash-matrix.ts';

jest.setTimeout(60_000);

const { consumerClaiming, consumerCommitted } = FAILPOINTS;
const committed = oneAfterTheOther(['1', '2', '3'].map((id) => ({ id, topic: 't', key: 'k' })));

/** A program that counts, killed at its third step, with or without a fault. */
function counting(fault: string, rest: Partial<CrashScenario> = {}): Promise<CrashResult[]> {
  return crashMatrix({
    failpoints: [consumerClaiming],
    hits: [3],
    begin: () => trialOf(fault),
    ...rest,
  });
}

function trialOf(fault = ''): CrashTrial {
  const folder = mkdtempSync(join(tmpdir(), 'crash-'));
  const file = join(folder, 'noted');
  return {
    program: new URL('../fixtures/crash/counting.ts', import.meta.url),
    args: [file, fault],
    env: { NODE_ENV: 'test', NODE_OPTIONS: '' },
    nodeOptions: ['--disable-warning=ExperimentalWarning'],
    history: () => {
      const handled = readFileSync(file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((id) => ({ id }));
      return { ...committed, handled };
    },
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true }),
  };
}

describe('a crash matrix', () => {
  test('finds nothing in a program that goes on where it was, killed at every failpoint and hit', async () => {
    const results = await counting('', { failpoints: [consumerClaiming, consumerCommitted], hits: [1, 2, 3] });
    expect(results).toEqual(
      [consumerClaiming, consumerCommitted].flatMap((failpoint) =>
        [1, 2, 3].map((hit) => ({ failpoint, hit, found: [] })),
      ),
    );
  });

  test.each([
    ['begins anew', 'forgets', ['doubled: 1 of t/k', 'doubled: 2 of t/k']],
    ['passes over something', 'skips', ['lost: 3 of t/k']],
    ['cannot be started again', 'fails', ['after the crash, the program ended with 1: ']],
  ])('finds a program that %s after the crash', async (_, fault, expected) => {
    const [{ found } = { found: [] }] = await counting(fault);
    expect(found).toEqual(expected.map((text) => expect.stringContaining(`consumer.claiming@3: ${text}`)));
  });

  test('finds a program that does not end any more', async () => {
    const [result] = await counting('hangs', { deadlineMs: 5_000 });
    expect(result?.found).toEqual([expect.stringContaining('after the crash, the program did not end within 5000 ms')]);
  });

  test('finds that the program never came to the failpoint', async () => {
    const [result] = await counting('', { hits: [4] });
    expect(result?.found).toEqual(['consumer.claiming@4: the program never came there, but ended with 0']);
  });

  test('disposes of each trial before the next, and when a history cannot be had', async () => {
    const steps: string[] = [];
    const begin: CrashScenario['begin'] = ({ hit }) => {
      steps.push(`begin ${hit}`);
      const trial = trialOf();
      return {
        ...trial,
        history: () => {
          if (hit === 2) throw new Error('no history');
          return trial.history();
        },
        async [Symbol.asyncDispose]() {
          await trial[Symbol.asyncDispose]();
          steps.push(`end ${hit}`);
        },
      };
    };
    await expect(counting('', { hits: [1, 2, 3], begin })).rejects.toThrow('no history');
    expect(steps).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2']);
  });

  test('of nothing is refused', async () => {
    await expect(counting('', { failpoints: [] })).rejects.toThrow(TypeError);
    await expect(counting('', { hits: [] })).rejects.toThrow(TypeError);
  });
});
