import type { Mutant } from './mutant.ts';
import { CONSUMER_PARKING } from './themes/consumer-parking.ts';
import { CONSUMING } from './themes/consuming.ts';
import { GAPS } from './themes/gaps.ts';
import { LEASES } from './themes/leases.ts';
import { NESTJS } from './themes/nestjs.ts';
import { OPERATING } from './themes/operating.ts';
import { PARKING } from './themes/parking.ts';
import { READING } from './themes/reading.ts';
import { RETENTION } from './themes/retention.ts';
import { SENDING } from './themes/sending.ts';
import { SUBSCRIBING } from './themes/subscribing.ts';
import { TESTING } from './themes/testing.ts';
import { WRITING } from './themes/writing.ts';

/** Every mutant. Each must be found. */
export const MUTANTS: readonly Mutant[] = [
  ...WRITING,
  ...READING,
  ...GAPS,
  ...LEASES,
  ...SENDING,
  ...PARKING,
  ...RETENTION,
  ...CONSUMING,
  ...CONSUMER_PARKING,
  ...SUBSCRIBING,
  ...OPERATING,
  ...NESTJS,
  ...TESTING,
];
