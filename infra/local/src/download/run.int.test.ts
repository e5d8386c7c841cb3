import { expect, test } from '@jest/globals';
import { identify } from '../processes/process-identity.ts';
import { ProgramFailedError, run } from './run.ts';

const node = (script: string, options: Parameters<typeof run>[2] = {}): Promise<string> =>
  run(process.execPath, ['-e', script], options);

test('answers with standard output; a failure shows what the program wrote', async () => {
  expect(await node('console.error("noise"); console.log("answer")')).toBe('answer\n');
  await expect(node('console.log("why"); process.exit(3)')).rejects.toThrow(/exit code 3\nwhy/);
  await expect(node('console.log("why"); process.exit(3)')).rejects.toThrow(ProgramFailedError);
  await expect(run('no-such-program', [])).rejects.toThrow(/no-such-program: .*ENOENT/);
});

test('told to end: the program may end in order, and has ended when the reason is thrown', async () => {
  const ending = new AbortController();
  const lines: string[] = [];
  const running = node(
    'process.on("SIGINT", () => { console.log("in order"); process.exit(0) }); setInterval(() => {}, 1e6); console.log(process.pid)',
    {
      signal: ending.signal,
      onLine: (line) => {
        lines.push(line);
        ending.abort(new Error('Ctrl-C'));
      },
    },
  );
  await expect(running).rejects.toThrow('Ctrl-C');
  expect(lines[1]).toBe('in order');
  expect(identify(Number(lines[0]))).toBeNull();
});

test('nothing is started once the signal has fired', async () => {
  const lines: string[] = [];
  const late = node('console.log("late")', {
    signal: AbortSignal.abort(new Error('Ctrl-C')),
    onLine: (line) => lines.push(line),
  });
  await expect(late).rejects.toThrow('Ctrl-C');
  expect(lines).toEqual([]);
});
