import {
  Courier,
  type Model,
  type OrderPlan,
  orderAsCustomer,
  Records,
  randomOf,
  sampleModels,
  signInAs,
  Tally,
  workAsOperator,
} from '@bezel/demo/clients';
import type { StackWithoutApps } from '@bezel/local/bench';
import { CustomerClient, type Sightings } from '../clients/customer-client.ts';
import type { Door } from '../clients/door.ts';
import { sentHome } from '../clients/sent-home.ts';
import type { Cell } from './matrix/cells.ts';
import { UNMAKEABLE } from './matrix/lifecycle.ts';

/** How a life is to end, and at which door it begins. */
export interface Life {
  readonly ends: 'DELIVERED' | 'CANCELLED' | 'REJECTED';
  readonly door: Door;
}

/** The kind of life in which a cell can be died in. */
export const lifeFor = ({ role, step }: Pick<Cell, 'role' | 'step'>): Life => ({
  ends: step === 'cancel' ? 'CANCELLED' : step === 'reject' ? 'REJECTED' : 'DELIVERED',
  door: role === 'shop-partner' ? 'partner' : 'shop',
});

/** Orders lived over HTTP, one at a time or many. */
export interface Lives {
  /** What the orders' model files are called, and how each is to end. */
  readonly begun: ReadonlyMap<string, Life>;
  readonly records: Records;
  readonly sightings: Sightings;
  readonly tally: Tally;
  /** One order's life. Settles when it has ended, or when patience has. */
  live(life: Life): Promise<void>;
  /** Sends the operators home. */
  end(): Promise<void>;
}

export interface LivesOptions {
  readonly stack: Pick<StackWithoutApps, 'context' | 'clients' | 'units'>;
  /** What names of this run begin with. */
  readonly run: string;
  readonly patienceMs: number;
  readonly signal: AbortSignal;
}

const OPERATORS = 2;

export async function startLives({ stack, run, patienceMs, signal }: LivesOptions): Promise<Lives> {
  const models = await modelsWithOneUnmakeable();
  const [records, tally, sightings] = [new Records(), new Tally(), new Map() as Sightings];
  const identity = () => ({ ...stack.context.identity, clients: stack.clients });
  const tokens = {
    shop: signInAs(identity, 'customer'),
    partner: signInAs(identity, 'partner'),
    mes: signInAs(identity, 'operator'),
  };
  const client = (door: Door | 'mes', name: string, until = signal, anonymous = false): CustomerClient =>
    new CustomerClient({
      urls: () => stack.units().flatMap(({ urls }) => urls?.[door] ?? []),
      ...(anonymous ? {} : { authorization: tokens[door] }),
      random: randomOf(run, 'network', name),
      ...{ tally, sightings, accepts: () => true, signal: until },
    });
  const begun = new Map<string, Life>();
  const planByFile = new Map<string, OrderPlan>();
  const courier = new Courier({
    ...{ shop: client('shop', 'courier', signal, true), webhookSecret: stack.context.courierWebhookSecret },
    ...{ records, tally, run },
  });
  /** Operators leave those alone that are to be called off: they would be shipped before. */
  const planOf = (orderId: string): OrderPlan | undefined => {
    const file = records.submissions.find(({ orderIds }) => orderIds.includes(orderId))?.fileName ?? '';
    return begun.get(file)?.ends === 'DELIVERED' ? planByFile.get(file) : undefined;
  };

  const working = new AbortController();
  const atWork = AbortSignal.any([signal, working.signal]);
  const operators = Array.from({ length: OPERATORS }, (_, index) => {
    const name = `operator-${index + 1}`;
    const mes = client('mes', name, atWork);
    const random = randomOf(run, name);
    return sentHome(workAsOperator(name, { mes, courier, planOf, records, tally, random, signal: atWork, run }));
  });

  return {
    ...{ begun, records, sightings, tally },
    async live(life) {
      const index = begun.size;
      const plan = planFor(life, index, models.length);
      const own = life.ends === 'REJECTED' ? `${run}-${UNMAKEABLE}` : run;
      const file = `${own}-${index}.stl`;
      begun.set(file, life);
      planByFile.set(file, plan);
      const until = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
      const shop = client(life.door, `customer ${index}`, until);
      await sentHome(orderAsCustomer(plan, { shop, courier, models, records, tally, signal: until, run: own }));
    },
    async end() {
      working.abort();
      await Promise.all(operators);
    },
  };
}

const planFor = ({ ends }: Life, index: number, models: number): OrderPlan => ({
  index,
  model: ends === 'REJECTED' ? models - 1 : index % (models - 1),
  ...{ ownModel: true, metal: 'silver-925', finish: 'polished', stones: 3 },
  ...{ doubleSubmits: false, doubleAccepts: false, courierRepeats: 0, courierHurries: false },
  cancelsAt: ends === 'CANCELLED' ? 'APPROVED' : null,
});

const [HEADER_BYTES, TRIANGLE_BYTES] = [80, 50];

/** The last of them has a hole: one triangle of a closed body is missing. */
async function modelsWithOneUnmakeable(): Promise<readonly Model[]> {
  const models = await sampleModels();
  const closed = models.find(({ name }) => name === 'band-ring.stl');
  if (closed === undefined) throw new Error('the sample model band-ring.stl is gone');
  const content = Buffer.from(closed.content.subarray(0, -TRIANGLE_BYTES));
  content.writeUInt32LE(content.readUInt32LE(HEADER_BYTES) - 1, HEADER_BYTES);
  return [...models, { name: `${UNMAKEABLE}.stl`, content }];
}
