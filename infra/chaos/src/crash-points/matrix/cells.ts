import { LIFECYCLE, messagesOf, type Step, type Subject } from './lifecycle.ts';
import { POINTS, RECOGNISED_AT, ROLES, type Role } from './points.ts';

/** One death: this role, at this instant, with this at hand. */
export interface Cell {
  /** `shop-relay/relay.published/accept/to APPROVED`. */
  readonly id: string;
  readonly role: Role;
  readonly failpoint: string;
  readonly step: string;
  readonly about: Subject;
  /** Where the message is recognised, if not at the failpoint itself. */
  readonly after: readonly string[];
}

/** A point that no step of that name comes to, and why. */
export interface Unreachable {
  readonly role: Role;
  readonly failpoint: string;
  readonly step: string;
  readonly why: string;
}

export interface Matrix {
  readonly cells: readonly Cell[];
  readonly unreachable: readonly Unreachable[];
}

/** Every role × each of its failpoints × every step: what can be reached, and why the rest cannot. */
export function crashMatrixOfOrders(): Matrix {
  const cells: Cell[] = [];
  const unreachable: Unreachable[] = [];
  for (const role of ROLES) {
    for (const failpoint of POINTS[role]) {
      for (const step of LIFECYCLE) {
        const found = occasions(role, failpoint, step);
        if (typeof found === 'string') unreachable.push({ role, failpoint, step: step.name, why: found });
        else {
          for (const about of found) {
            const id = [role, failpoint, step.name, about.name].join('/');
            cells.push({ id, role, failpoint, step: step.name, about, after: RECOGNISED_AT[failpoint] ?? [] });
          }
        }
      }
    }
  }
  return { cells, unreachable };
}

const HEARD_BY: Readonly<Record<string, (type: string) => boolean>> = {
  'shop-consumer': (type) => !['shop.order-status-changed', ...UNHEARD].includes(type),
  'mes-consumer': (type) => type === 'shop.order-status-changed',
  'crm-consumer': (type) => ['shop.order-submitted', 'shop.order-status-changed'].includes(type),
};
/** They tell no workflow anything. */
const UNHEARD = ['mes.work-order-opened', 'mes.work-order-claimed'];
/** Kept by the shop, but no fact for the workflow. */
const NO_FACTS = ['shop.order-submitted', 'mes.work-order-withdrawn'];

/** What a role has at hand at a point in a step; or why nothing. */
function occasions(role: Role, failpoint: string, step: Step): readonly Subject[] | string {
  if (failpoint === 'consumer.parking' || failpoint === 'consumer.redriving') {
    return 'nothing is parked on the way of an order: packages/outbox kills there (redrive.int.test.ts)';
  }
  const [kind] = failpoint.split('.');
  if (role.endsWith('-relay')) return relayed(role, step);
  if (role.endsWith('-consumer')) return consumed(role, failpoint, step);
  if (role.endsWith('-worker') || role === 'mes-pricing') return worked(role, failpoint, step);
  if (step.door === null) return 'it begins at no door: the workflow does it by itself';
  if (!step.door.roles.includes(role)) {
    return role === 'crm-api'
      ? 'sales only look: no step of an order begins at their door'
      : `it begins at the door of ${step.door.roles.join(' and ')}`;
  }
  return kind === 'writer' && !RECOGNISED_AT[failpoint] ? [step.door.writes] : [step.door.about];
}

function relayed(role: Role, step: Step): readonly Subject[] | string {
  const app = role.slice(0, role.indexOf('-'));
  const messages = messagesOf(step).filter(({ type }) => type.startsWith(`${app}.`));
  if (messages.length > 0) return messages;
  return app === 'crm' ? 'the CRM writes no messages about orders' : `the ${app} writes no message in this step`;
}

function consumed(role: Role, failpoint: string, step: Step): readonly Subject[] | string {
  const heard = messagesOf(step).filter(({ type }) => HEARD_BY[role]?.(type));
  if (heard.length === 0) return 'no message of this step concerns it';
  if (!failpoint.startsWith('orchestrator.')) return heard;
  const told =
    failpoint === 'orchestrator.workflow-started'
      ? heard.filter(({ type }) => type === 'shop.order-submitted')
      : heard.filter(({ type }) => !NO_FACTS.includes(type));
  if (told.length > 0) return told;
  return failpoint === 'orchestrator.workflow-started'
    ? 'the workflow runs already'
    : 'a submission starts the workflow, and tells it nothing';
}

function worked(role: Role, failpoint: string, step: Step): readonly Subject[] | string {
  const mine = step.work.filter((work) => work.role === role);
  if (mine.length === 0) return 'it has nothing to do in this step';
  const found = mine.flatMap(({ about, writes, own }) => {
    if (failpoint.startsWith('activity.')) return [about];
    const at = failpoint.startsWith('writer.') ? writes : own?.[failpoint];
    return at === undefined ? [] : [at];
  });
  if (found.length > 0) return found;
  if (failpoint.startsWith('writer.')) {
    return 'it writes nothing here, unless an analysis takes longer than two seconds, which tells only how far it is';
  }
  return failpoint === 'analysis.begun'
    ? 'the same instant as in "price": what will come of it is not known yet'
    : 'another piece of work';
}
