import { fileURLToPath } from 'node:url';
import type { OwnProcess } from '@bezel/local/bench';
import { MUTANT_VARIABLE, type Mutant } from '../../mutants/mutant.ts';
import { ROLES, type Role } from '../matrix/points.ts';
import { ARMING_VARIABLE, type Arming } from './armed.ts';

const PLANT = fileURLToPath(new URL('./plant.ts', import.meta.url));
const PLANT_MUTANT = fileURLToPath(new URL('../../mutants/plant.ts', import.meta.url));

const DOORS: Readonly<Partial<Record<Role, OwnProcess['doors']>>> = {
  'shop-api': { HTTP_PORT: 'shop' },
  'shop-partner': { PARTNER_HTTP_PORT: 'partner' },
  'mes-api': { HTTP_PORT: 'mes' },
  'crm-api': { HTTP_PORT: 'crm' },
};

/**
 * What the shop's orchestrator tells each workflow that it starts, so that offers end and orders are late while somebody waits
 * for it. An offer is open long enough for several deaths between the price and its answer.
 */
const SHORT_TIMES = { OFFER_VALID_FOR: 'PT90S', STAGE_TIMES: 'APPROVED=PT8S/PT1S' };

/** One process for each role: nobody else does its work while it is dead. Each dies where `folder` says. */
export const armedProcesses = (folder: string, mutant: Mutant | null): readonly OwnProcess[] =>
  ROLES.map((role) => {
    const app = role.slice(0, role.indexOf('-')) as OwnProcess['app'];
    const arming: Arming = { folder, role };
    return {
      name: role,
      app,
      folder: `${app}-api`,
      roles: [role.slice(app.length + 1)],
      doors: DOORS[role] ?? {},
      told: (context) => ({
        ...context,
        more: {
          nodeArguments: ['--import', PLANT, ...(mutant === null ? [] : ['--import', PLANT_MUTANT])],
          environment: {
            [ARMING_VARIABLE]: JSON.stringify(arming),
            ...(role === 'shop-consumer' && SHORT_TIMES),
            ...(mutant && { [MUTANT_VARIABLE]: JSON.stringify(mutant) }),
          },
        },
      }),
    };
  });
