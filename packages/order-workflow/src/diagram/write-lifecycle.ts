import { writeFile } from 'node:fs/promises';
import { renderLifecycle } from './render-lifecycle.ts';

// Run by `npm run generate`.
await writeFile(new URL('../../../../docs/order-lifecycle.md', import.meta.url), renderLifecycle());
