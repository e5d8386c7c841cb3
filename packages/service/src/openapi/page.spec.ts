import { expect, test } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { referencePage } from './page.ts';

const document: OpenAPIObject = {
  openapi: '3.1.0',
  info: { title: 'Board', version: '1', description: 'Says `<code>`.' },
  paths: { '/v1/work': { get: { responses: { 409: { description: '`taken`: too late' } } } } },
};
const page = referencePage(document, { issuer: 'http://issuer', latest: '/v1/work-orders?sort=newest' });

test('what stands in backticks is code, and cannot become markup', () => {
  expect(page).toContain('<code>taken</code>: too late');
  expect(page).toContain('Says <code>&lt;code&gt;</code>.');
});

test('the list is named by its path and asked for with its query', () => {
  expect(page).toContain('<h2>Latest work orders</h2>');
  expect(page).toContain('data-latest="v1/work-orders?sort=newest"');
});
