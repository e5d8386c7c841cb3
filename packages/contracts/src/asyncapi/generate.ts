import { writeFile } from 'node:fs/promises';
import { renderAsyncApi } from './render-asyncapi.ts';

await writeFile(
  new URL('../../../../docs/asyncapi.json', import.meta.url),
  `${JSON.stringify(renderAsyncApi(), null, 2)}\n`,
);
