/**
 * For `node --import`: runs the sources of this repository as they stand. Node takes the types away by itself; what it does
 * not know are decorators, which are compiled here as Jest compiles them.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { transformSync } from '@swc/core';
import { SWC_OPTIONS } from './swc-options.ts';

registerHooks({
  load(url, context, nextLoad) {
    if (!url.startsWith('file:') || !url.endsWith('.ts') || url.includes('/node_modules/')) {
      return nextLoad(url, context);
    }
    const { code } = transformSync(readFileSync(new URL(url), 'utf8'), { filename: url, ...SWC_OPTIONS });
    return { format: 'module', source: code, shortCircuit: true };
  },
});
