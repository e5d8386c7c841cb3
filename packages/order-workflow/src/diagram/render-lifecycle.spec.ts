import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { renderLifecycle } from './render-lifecycle.ts';

test('docs/order-lifecycle.md is what the transition table says; otherwise run "npm run generate"', async () => {
  const checkedIn = await readFile(new URL('../../../../docs/order-lifecycle.md', import.meta.url), 'utf8');
  expect(checkedIn).toBe(renderLifecycle());
});

test('every arrow of the diagram stands in the page', () => {
  const page = renderLifecycle();
  expect(page).toContain('  [*] --> SUBMITTED\n');
  expect(page).toContain('  PRICED --> CANCELLED: offer-expired\n');
  expect(page).toContain('  SHIPPED --> DELIVERED: delivered\n');
  expect(page).toContain('| PRICED | customer | `price-accepted` → APPROVED<br>`offer-expired` → CANCELLED');
  expect(page).toContain('| REJECTED | – | final |');
});
