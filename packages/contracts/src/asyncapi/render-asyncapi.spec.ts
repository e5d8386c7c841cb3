import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { renderAsyncApi } from './render-asyncapi.ts';

const CHECKED_IN = new URL('../../../../docs/asyncapi.json', import.meta.url);

describe('the AsyncAPI document', () => {
  test('is the one checked in (npm run generate renews it)', async () => {
    expect(JSON.parse(await readFile(CHECKED_IN, 'utf8'))).toEqual(JSON.parse(JSON.stringify(renderAsyncApi())));
  });

  test('is valid AsyncAPI', async () => {
    const { Parser } = await import('@asyncapi/parser');
    const problems = await new Parser().validate(JSON.stringify(renderAsyncApi()));
    expect(problems.filter(({ severity }) => severity === 0)).toEqual([]);
  });
});
