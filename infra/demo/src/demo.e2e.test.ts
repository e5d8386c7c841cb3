import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { temporaryStackState } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import type { Summary } from './report/summary.ts';

jest.setTimeout(420_000);

const DEMO = path.join(import.meta.dirname, 'bin', 'demo.ts');

interface Ended {
  readonly code: number | null;
  readonly summary: Summary;
  /** What it told people. */
  readonly told: string;
  /** The stack it started has ended. */
  readonly stackEnded: boolean;
}

/** Runs the demo as `npm run demo` does, on a stack of its own with servers and data of its own. */
async function demo(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  await using state = temporaryStackState();
  const child = spawn(process.execPath, ['--conditions=@bezel/source', DEMO, '--json', ...args], {
    env: { ...process.env, NODE_OPTIONS: '', BEZEL_STATE: state.path, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const last = output.stdout.trim().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) throw new Error(`the demo ended with ${code} and no summary:\n${output.stderr}`);
  return {
    code,
    summary: JSON.parse(last) as Summary,
    told: output.stderr,
    stackEnded: !existsSync(path.join(state.path, 'stack.json')),
  };
}

const FEW = ['--seed', '2026', '--concurrency', '6', '--patience', '30', '--settle', '10'];

describe('a sound system', () => {
  test('delivers every order that is not called off, while two of each are killed, and leaves nothing behind', async () => {
    const { code, summary, told, stackEnded } = await demo(
      ['--orders', '16', '--kills', '6', '--cancel-percent', '25', '--seed', 'b', '--patience', '120'],
      { BEZEL_SCALE: 'shop-api=2,shop-back=2,mes-api=2,mes-back=2,mes-pricing=2,crm-api=2' },
    );
    expect({ code, told, summary }).toMatchObject({
      code: 0,
      summary: { submitted: 16, lost: 0, duplicateEffects: 0, outOfOrder: 0, kills: 6, unfinished: 0, phantoms: 0 },
    });
    expect(summary.delivered + summary.cancelled).toBe(16);
    expect(summary.cancelled).toBeGreaterThan(0);
    expect(stackEnded).toBe(true);
  });
});

describe('a broken system is found out', () => {
  test('when the relay skips a message', async () => {
    const { code, summary, told } = await demo(['--orders', '4', '--kills', '0', ...FEW], {
      BEZEL_FAILPOINTS_SHOP_BACK: 'relay.skips-message=break@6',
    });
    expect(code).toBe(1);
    expect(summary.lost).toBeGreaterThan(0);
    expect(told).toMatch(/lost at shop\.topic, order \S+: shop\.\S+, written as \d+\/\d+, is not on the topic/);
  });

  test('when a message is published though its transaction never committed', async () => {
    const { code, summary, told } = await demo(['--orders', '4', '--kills', '0', ...FEW], {
      BEZEL_FAILPOINTS_MES_API: 'writer.commits-early=break@3',
    });
    expect(code).toBe(1);
    expect(summary.duplicateEffects).toBeGreaterThan(0);
    expect(told).toMatch(/doubled-effect at mes\.outbox, order \S+: a second mes\.work-order-/);
  });

  test('when a consumer forgets its inbox and is delivered messages again', async () => {
    const { code, summary, told } = await demo(['--orders', '4', '--kills', '0', ...FEW], {
      BEZEL_FAILPOINTS_CRM_API: 'consumer.forgets-inbox=break@*,consumer.committed=kill@6',
    });
    expect(code).toBe(1);
    expect(summary.duplicateEffects).toBeGreaterThan(0);
    expect(told).toMatch(/doubled-effect at crm\.projection, order \S+: move \d+ is shown \d+ times/);
  });
});
