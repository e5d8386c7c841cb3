import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Progress } from '../../servers/progress.ts';
import { placesIn } from '../places.ts';
import { openSession } from './session.ts';

test('data of a checkout that is gone is set aside, and data of this one stays', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bezel-session-'));
  const postgresHome = join(folder, 'home');
  const places = { ...placesIn(join(folder, 'state')), postgresHome, postgresData: join(postgresHome, 'data') };
  const said: string[] = [];
  const progress: Progress = { say: (line) => void said.push(line), step: (_, work) => work(() => {}) };
  const open = async (): Promise<void> => {
    const session = await openSession({ places, progress, signal: new AbortController().signal });
    session.secrets.get('postgres');
    await session.close();
  };
  try {
    mkdirSync(places.state, { recursive: true });
    mkdirSync(places.postgresData, { recursive: true });
    writeFileSync(join(places.postgresData, 'PG_VERSION'), 'of the one that is gone');
    await open();
    expect(existsSync(places.postgresData)).toBe(false);
    expect(existsSync(join(`${postgresHome}.lost`, 'data', 'PG_VERSION'))).toBe(true);
    expect(said).toEqual([expect.stringContaining(`${postgresHome}.lost`)]);

    mkdirSync(places.postgresData, { recursive: true });
    await open();
    expect(existsSync(places.postgresData)).toBe(true);
    expect(said).toHaveLength(1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
