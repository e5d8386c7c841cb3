import { measured } from '../system/measured.ts';
import { readOptions } from './command-line.ts';
import { measure } from './measure.ts';

const args = process.argv.slice(2);
const options = readOptions(args);

await measured(
  {
    name: 'orders',
    temporal: options.temporal,
    packages: ['@temporalio/worker', '@temporalio/client'],
    options,
    measure: (system, run) => measure(system, options, run),
  },
  args,
);
