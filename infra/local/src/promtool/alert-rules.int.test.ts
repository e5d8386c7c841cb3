import { readdirSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { run } from '../download/run.ts';
import { CHECKOUT } from '../stack/places.ts';
import { LONGEST_MS, type ObtainedPromtool, obtainPromtool } from './obtain-promtool.ts';

// Go takes minutes to build it, once; another run may be at it too.
const OBTAIN_MS = LONGEST_MS + 60_000;
jest.setTimeout(120_000);

const RULES = join(CHECKOUT, 'infra', 'prometheus', 'rules');
const yamlIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.yml'))
    .map((file) => join(folder, file));

let promtool: ObtainedPromtool;
let copy: string;
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'bezel-rules-'));
  await cp(RULES, copy, { recursive: true });
  const say = (line: string): void => void process.stderr.write(`  ${line}\n`);
  promtool = await obtainPromtool(say, AbortSignal.timeout(OBTAIN_MS));
  if ('why' in promtool) {
    say('! promtool cannot be had here: the alert rules are compared with the stage contract and not run');
    for (const line of promtool.why) say(`  ${line}`);
  }
}, OBTAIN_MS + 60_000);
afterAll(() => rm(copy, { recursive: true, force: true }));

/** What promtool says; undefined where there is none, which was told above. */
const promtoolSays = (...args: string[]): Promise<string> | undefined =>
  'why' in promtool ? undefined : run(promtool.file, args);

test('promtool takes the rules', async () => {
  const said = await promtoolSays('check', 'rules', '--lint-fatal', ...yamlIn(RULES));
  if (said !== undefined) expect(said).toMatch(/SUCCESS: \d+ rules found/);
});

test('each alert fires when it should and is silent when it should be', async () => {
  const said = await promtoolSays('test', 'rules', ...yamlIn(join(RULES, 'tests')));
  if (said !== undefined) expect(said.match(/SUCCESS/g)).toHaveLength(yamlIn(join(RULES, 'tests')).length);
});

// Without this nobody would know that the tests can fail.
test.each([
  ['a limit that is off by one', /> 0$/m, '> 1'],
  ['a limit that is too low', /(seconds:max\{[^}]+\}) > \d+/, '$1 > 1'],
  ['figures that are too old count', / and on \(job, instance\) \S+ < 120/g, ''],
  ['a stage that orders leave', /unless on \(\).*$/m, ''],
  ['an order alone in a quiet shop', / and status:\S+oldest\S+ > \d+/g, ''],
  ['a cancellation that counts as work done', /,to!="CANCELLED"/g, ''],
  ['an alert that is not there', /alert: OrderMovesUnmeasured/, 'alert: Other'],
])('the tests find %s', async (_, from, to) => {
  const broken = await mkdtemp(join(tmpdir(), 'bezel-broken-rules-'));
  try {
    await cp(copy, broken, { recursive: true });
    const file = join(broken, 'order-stages.yml');
    const text = await readFile(file, 'utf8');
    expect(text.replace(from, to)).not.toBe(text);
    await writeFile(file, text.replace(from, to));
    const running = promtoolSays('test', 'rules', join(broken, 'tests', 'order-stages.yml'));
    if (running !== undefined) await expect(running).rejects.toThrow(/exp:.*got:/s);
  } finally {
    await rm(broken, { recursive: true, force: true });
  }
});
