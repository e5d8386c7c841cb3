import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { analyseModel } from './analyse-model.ts';

const folder = new URL('../../../../../infra/local/samples/', import.meta.url);
const samples = readdirSync(folder).filter((name) => name.endsWith('.stl'));

describe('the sample models', () => {
  test('there are some', () => {
    expect(samples.length).toBeGreaterThanOrEqual(3);
  });

  test.each(samples)('%s can be made, and is the size of a piece of jewellery', async (name) => {
    const geometry = await analyseModel(readFileSync(new URL(name, folder)));
    const volumeMm3 = Number(BigInt(geometry.volumeUm3) / 10n ** 9n);
    expect(volumeMm3).toBeGreaterThan(100);
    expect(volumeMm3).toBeLessThan(1000);
    expect(Math.max(...geometry.boundingBoxUm)).toBeLessThan(30_000);
  });
});
