import { expect, test } from '@jest/globals';
import { asOwnModel, sampleModels } from './models.ts';

test('a model of its own is the same piece in other bytes, binary or ASCII', async () => {
  const models = await sampleModels();
  const kinds = new Set<string>();
  for (const model of models) {
    const own = asOwnModel(model, 'run-7.stl');
    expect(own.equals(asOwnModel(model, 'run-8.stl'))).toBe(false);
    const ascii = /^solid [^\0]*\n/.test(model.content.toString('latin1', 0, 80));
    kinds.add(ascii ? 'ascii' : 'binary');
    if (ascii) {
      const lines = (content: Buffer): string[] => content.toString().split('\n').slice(1);
      expect(own.toString()).toMatch(/^solid run-7\.stl\n/);
      expect(lines(own)).toEqual(lines(model.content));
    } else {
      expect(own.toString('latin1', 0, 15)).toBe('bezel run-7.stl');
      expect(own.subarray(80).equals(model.content.subarray(80))).toBe(true);
    }
  }
  expect([...kinds].toSorted()).toEqual(['ascii', 'binary']);
});
