import type { Evidence, MessageCopy, ViewRow } from '../../account/evidence.ts';
import type { ViewHop } from '../../account/hops.ts';
import type { Defect } from './defect.ts';

/** A message that nobody wrote. */
export const FOREIGN = '019b8d9c-ffff-7000-8000-00000000dead';

export const rowsOf = (evidence: readonly Evidence[], hop: ViewHop, matching = /./): ViewRow[] =>
  evidence.filter((item): item is ViewRow => item.source === 'view' && item.hop === hop && matching.test(item.state));

export const copiesOf = (evidence: readonly Evidence[], type: string): MessageCopy[] =>
  evidence.filter((item): item is MessageCopy => item.source === 'topic' && item.type === type);

export const swap = (evidence: readonly Evidence[], from: Evidence, to: Evidence[]): Evidence[] =>
  evidence.flatMap((item) => (item === from ? to : [item]));

/** Changes one row of a view: to nothing (lost), to two (doubled), to another. */
export function onRow(hop: ViewHop, matching: RegExp, change: (row: ViewRow) => ViewRow[]): Defect['plant'] {
  return (evidence, pick) => {
    const rows = rowsOf(evidence, hop, matching);
    const row = rows[pick(rows.length)];
    return row === undefined ? null : swap(evidence, row, change(row));
  };
}

export const gone = (): ViewRow[] => [];
export const twice = (row: ViewRow): ViewRow[] => [row, { ...row }];
export const becomes =
  (change: Partial<ViewRow>) =>
  (row: ViewRow): ViewRow[] => [{ ...row, ...change }];

export function addRow(hop: ViewHop, messageId: string, state: string): Defect['plant'] {
  return (evidence) => {
    const model = rowsOf(evidence, 'shop.order')[0];
    return model === undefined ? null : [...evidence, { ...model, hop, messageId, state }];
  };
}

/** Takes every copy of one message of this type off the topic. */
export function loseCopies(type: string): Defect['plant'] {
  return (evidence, pick) => {
    const ids = [...new Set(copiesOf(evidence, type).map((copy) => copy.messageId))];
    const id = ids[pick(ids.length)];
    return id === undefined ? null : evidence.filter((item) => !(item.source === 'topic' && item.messageId === id));
  };
}

/** Exchanges the offsets of the first copies of two messages, so that the later one came first. */
export function overtake(earlier: string, later: string): Defect['plant'] {
  return (evidence) => {
    const first = copiesOf(evidence, earlier).toSorted((a, b) => Number(a.offset - b.offset))[0];
    const second = copiesOf(evidence, later)
      .toSorted((a, b) => Number(a.offset - b.offset))
      .find((copy) => first !== undefined && copy.messageId !== first.messageId && copy.offset > first.offset);
    if (first === undefined || second === undefined) return null;
    const exchanged = new Map([
      [first.messageId, second.messageId],
      [second.messageId, first.messageId],
    ]);
    const only = evidence.filter(
      (item) => !(item.source === 'topic' && exchanged.has(item.messageId) && item !== first && item !== second),
    );
    return only.map((item) => {
      if (item === first) return { ...first, offset: second.offset };
      if (item === second) return { ...second, offset: first.offset };
      return item;
    });
  };
}

export function onWorkflow(change: Partial<Extract<Evidence, { source: 'workflow' }>> | null): Defect['plant'] {
  return (evidence) => {
    const workflow = evidence.find((item) => item.source === 'workflow');
    if (workflow?.source !== 'workflow') return null;
    return swap(evidence, workflow, change === null ? [] : [{ ...workflow, ...change }]);
  };
}
