import type { Evidence } from '../../account/evidence.ts';
import type { Defect } from './defect.ts';
import { DEFECTS_OF_MESSAGES } from './of-messages.ts';
import { DEFECTS_OF_THE_CRM } from './of-the-crm.ts';
import { DEFECTS_OF_THE_MES } from './of-the-mes.ts';
import { DEFECTS_OF_THE_ORDER } from './of-the-order.ts';

/** Every defect the audit must find in an order that is final. */
export const DEFECTS: readonly Defect[] = [
  ...DEFECTS_OF_THE_ORDER,
  ...DEFECTS_OF_MESSAGES,
  ...DEFECTS_OF_THE_MES,
  ...DEFECTS_OF_THE_CRM,
];

/** Evidence with a defect in it. */
export function planted(name: string, evidence: readonly Evidence[]): Evidence[] {
  const broken = DEFECTS.find((known) => known.name === name)?.plant(evidence, () => 0);
  if (!broken) throw new Error(`cannot plant "${name}"`);
  return broken;
}
