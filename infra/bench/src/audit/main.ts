import { measured } from '../system/measured.ts';
import { readOptions } from './command-line.ts';
import { measure } from './measure.ts';

const args = process.argv.slice(2);
const options = readOptions(args);

await measured(
  {
    name: 'audit',
    temporal: 'dev',
    packages: ['@temporalio/client', '@platformatic/kafka', 'pg'],
    options,
    measure: (system, run) => measure(system, options, run),
  },
  args,
);
