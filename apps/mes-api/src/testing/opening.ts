/** Opens work orders one after the other, as a program of its own, to be killed: given the database's URL, and orders as JSON. */
import { openDatabase } from '@bezel/service';
import type { MesDatabase } from '../database/mes-database.ts';
import { openWorkOrder } from '../work-orders/open-work-order.ts';
import { injectedOutbox } from './injected-outbox.ts';

const [, , url = '', orders = '[]'] = process.argv;
const database = openDatabase<MesDatabase>({ url, name: 'mes-test' });
const outbox = await injectedOutbox(database);
for (const order of JSON.parse(orders)) await openWorkOrder(outbox, database.kysely, order);
await database.end();
