import { DeliveryConfirmed, PriceAccepted, WorkOrderStarted } from '@bezel/contracts';
import { DELAYED_TYPE, MOVED_TYPE, SUBMITTED_TYPE } from '../../account/event-types.ts';
import { addRow, copiesOf, FOREIGN, gone, loseCopies, onRow, overtake, rowsOf, swap, twice } from './changes.ts';
import { type Defect, disordered, doubled, lost, phantom } from './defect.ts';

/** What can go wrong with messages on their way: in an outbox, on a topic, in an inbox. */
export const DEFECTS_OF_MESSAGES: readonly Defect[] = [
  {
    name: 'the submission was not written to the outbox',
    expected: lost('shop.outbox'),
    plant: onRow('shop.outbox', new RegExp(SUBMITTED_TYPE), gone),
  },
  {
    name: 'a move was not written to the outbox',
    expected: lost('shop.outbox'),
    plant: onRow('shop.outbox', new RegExp(MOVED_TYPE), gone),
  },
  {
    name: 'a delay was not written to the outbox',
    expected: lost('shop.outbox'),
    plant: onRow('shop.outbox', new RegExp(DELAYED_TYPE), gone),
  },
  {
    name: 'a delay is told by two messages',
    expected: phantom('shop.outbox'),
    plant: onRow('shop.outbox', new RegExp(DELAYED_TYPE), (row) => [row, { ...row, messageId: FOREIGN }]),
  },
  { name: 'a delay left no record', expected: phantom('shop.outbox'), plant: onRow('shop.delay', /./, gone) },
  { name: 'a delay was skipped', expected: lost('shop.topic'), plant: loseCopies(DELAYED_TYPE) },
  {
    name: 'a copy whose transaction rolled back',
    expected: phantom('shop.topic'),
    plant: onRow('shop.outbox', new RegExp(PriceAccepted.type), gone),
  },
  {
    name: 'a message is written twice under one id',
    expected: doubled('shop.outbox'),
    plant: onRow('shop.outbox', new RegExp(PriceAccepted.type), twice),
  },
  {
    name: 'a move is told by two messages',
    expected: doubled('shop.outbox'),
    plant: (evidence, pick) => {
      const rows = rowsOf(evidence, 'shop.outbox', new RegExp(MOVED_TYPE));
      const row = rows[pick(rows.length)];
      return row === undefined ? null : [...evidence, { ...row, messageId: FOREIGN }];
    },
  },
  { name: 'the submission was skipped', expected: lost('shop.topic'), plant: loseCopies(SUBMITTED_TYPE) },
  { name: 'a move was skipped', expected: lost('shop.topic'), plant: loseCopies(MOVED_TYPE) },
  { name: "an operator's step was skipped", expected: lost('mes.topic'), plant: loseCopies(WorkOrderStarted.type) },
  {
    name: 'a move overtook the submission',
    expected: disordered('shop.topic'),
    plant: overtake(SUBMITTED_TYPE, MOVED_TYPE),
  },
  { name: 'a move overtook a move', expected: disordered('shop.topic'), plant: overtake(MOVED_TYPE, MOVED_TYPE) },
  {
    name: 'the last move overtook its fact',
    expected: disordered('shop.topic'),
    plant: overtake(DeliveryConfirmed.type, MOVED_TYPE),
  },
  {
    name: 'an acceptance overtook the offer',
    expected: disordered('shop.topic'),
    plant: (evidence, pick) => {
      const priced = copiesOf(evidence, MOVED_TYPE).find((copy) => copy.move?.to === 'PRICED');
      if (priced === undefined) return null;
      const others = evidence.filter((item) => item.source !== 'topic' || item.messageId !== priced.messageId);
      const accepted = copiesOf(others, PriceAccepted.type).toSorted((a, b) => Number(a.offset - b.offset))[0];
      return accepted === undefined ? null : [...others, { ...priced, offset: accepted.offset + 1n + BigInt(pick(2)) }];
    },
  },
  {
    name: 'a copy went to another partition',
    expected: disordered('shop.topic'),
    plant: (evidence, pick) => {
      const copies = copiesOf(evidence, MOVED_TYPE);
      const copy = copies[pick(copies.length)];
      return copy === undefined ? null : swap(evidence, copy, [{ ...copy, partition: 11 }]);
    },
  },
  { name: 'the workflow was not told', expected: lost('shop.inbox'), plant: onRow('shop.inbox', /./, gone) },
  { name: 'the board was not told', expected: lost('mes.inbox'), plant: onRow('mes.inbox', /./, gone) },
  { name: 'the CRM was not told', expected: lost('crm.inbox'), plant: onRow('crm.inbox', /./, gone) },
  { name: 'the inbox let a repeat through', expected: doubled('crm.inbox'), plant: onRow('crm.inbox', /./, twice) },
  {
    name: 'a group took what is on no topic',
    expected: phantom('mes.inbox'),
    plant: addRow('mes.inbox', FOREIGN, 'mes.inbox-group'),
  },
  {
    name: 'a step of the work order was not written to the outbox',
    expected: lost('mes.outbox'),
    plant: onRow('mes.outbox', /mes\.work-order-opened$/, gone),
  },
  {
    name: 'an operator was heard twice',
    expected: doubled('mes.outbox'),
    plant: onRow('mes.outbox', new RegExp(WorkOrderStarted.type), (row) => [row, { ...row, messageId: FOREIGN }]),
  },
];
