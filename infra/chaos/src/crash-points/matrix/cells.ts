import type { Kind } from './kinds.ts';
import { messagesOf, STEPS, type Step, type Subject } from './lifecycle.ts';
import { POINTS, ROLES, type Role, recognisedAt } from './points.ts';

/** One death: this role, at this instant, with this at hand. */
export interface Cell {
  /** `shop-relay/relay.published/accept/to APPROVED`. */
  readonly id: string;
  readonly role: Role;
  readonly failpoint: string;
  readonly step: string;
  /** The kind of life in which an order comes to it. */
  readonly life: Kind;
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
      for (const step of STEPS) {
        const found = occasions(role, failpoint, step);
        if (typeof found === 'string') unreachable.push({ role, failpoint, step: step.name, why: found });
        else {
          for (const about of found) {
            const id = [role, failpoint, step.name, about.name].join('/');
            const after = recognisedAt(role, failpoint);
            cells.push({ id, role, failpoint, step: step.name, life: step.life, about, after });
          }
        }
      }
    }
  }
  return { cells, unreachable };
}

const HEARD_BY: Readonly<Record<string, (type: string) => boolean>> = {
  'shop-consumer': (type) => ![...TOLD_OTHERS, ...UNHEARD].includes(type),
  'mes-consumer': (type) => TOLD_OTHERS.includes(type),
  'crm-consumer': (type) => ['shop.order-submitted', ...TOLD_OTHERS].includes(type),
};
/** What the shop tells the MES and the CRM. */
const TOLD_OTHERS = ['shop.order-status-changed', 'shop.order-delayed', 'shop.redrive-asked'];
/** They tell no workflow anything. */
const UNHEARD = ['mes.work-order-opened', 'mes.work-order-claimed'];
/** Kept by the shop, but no fact for the workflow. */
const NO_FACTS = [
  ...['shop.order-submitted', 'mes.work-order-withdrawn'],
  ...['mes.withdrawal-failed', 'mes.pricing-progressed'],
];

/** What a role has at hand at a point in a step; or why nothing. */
function occasions(role: Role, failpoint: string, step: Step): readonly Subject[] | string {
  const [kind] = failpoint.split('.');
  if (role.endsWith('-relay')) return relayed(role, step);
  if (kind === 'consumer' || kind === 'orchestrator') return consumed(role, failpoint, step);
  if (!['-api', '-partner'].some((at) => role.endsWith(at))) return worked(role, failpoint, step);
  if (step.door === null) return 'it begins at no door: it comes of another step, or of time';
  if (!step.door.roles.includes(role)) {
    return role === 'crm-api'
      ? 'sales only look: no step of an order begins at their door'
      : `it begins at the door of ${step.door.roles.join(' and ')}`;
  }
  if (kind !== 'writer' || recognisedAt(role, failpoint).length > 0) return [step.door.about];
  return step.door.writes === null ? 'the door writes down what is asked for, and no message' : [step.door.writes];
}

function relayed(role: Role, step: Step): readonly Subject[] | string {
  const app = role.slice(0, role.indexOf('-'));
  const messages = messagesOf(step).filter(({ type }) => type.startsWith(`${app}.`));
  if (messages.length > 0) return messages;
  return app === 'crm' ? 'the CRM writes no messages about orders' : `the ${app} writes no message in this step`;
}

function consumed(role: Role, failpoint: string, step: Step): readonly Subject[] | string {
  if (failpoint === 'consumer.parking' || failpoint === 'consumer.redriving') {
    if (step.setAside?.point === failpoint) return [step.setAside.about];
    return failpoint === 'consumer.parking' ? 'nothing is parked in this step' : 'nothing is played again in this step';
  }
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
    : 'what it hears in this step tells the workflow nothing';
}

function worked(role: Role, failpoint: string, step: Step): readonly Subject[] | string {
  const mine = step.work.filter((work) => work.role === role);
  if (mine.length === 0) return 'it has nothing to do in this step';
  const found = mine.flatMap(({ about, writes, own }) => {
    if (failpoint.startsWith('activity.')) return about ?? [];
    return (failpoint.startsWith('writer.') ? writes : own?.[failpoint]) ?? [];
  });
  if (found.length > 0) return found;
  if (failpoint.startsWith('writer.')) return 'it writes no message in this step';
  return mine.some(({ about }) => about === undefined) || failpoint === 'analysis.begun'
    ? 'another piece of work, or the same instant as in another step: what will come of it is not known yet'
    : 'another piece of work';
}
