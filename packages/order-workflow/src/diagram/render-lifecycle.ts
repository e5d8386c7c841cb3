import { LIFECYCLE, STATUSES, TRANSITIONS } from '../lifecycle/index.ts';

const arrows = (): string[] => [
  `  [*] --> ${STATUSES[0]}`,
  ...TRANSITIONS.map(({ from, to, on }) => `  ${from} --> ${to}: ${on}`),
  ...STATUSES.filter((status) => LIFECYCLE[status].final).map((status) => `  ${status} --> [*]`),
];

const rows = (): string[] =>
  STATUSES.map((status) => {
    const { owner, endedBy } = LIFECYCLE[status];
    const ends = Object.entries(endedBy).map(([message, to]) => `\`${message}\` → ${to}`);
    return `| ${status} | ${owner ?? '–'} | ${ends.join('<br>') || 'final'} |`;
  });

/** The order's lifecycle as a Markdown page: state diagram (mermaid) and table, from the transition table alone. */
export const renderLifecycle = (): string =>
  [
    '# The lifecycle of an order',
    '',
    'Generated from `packages/order-workflow/src/lifecycle/table.ts` by `npm run generate`. Do not edit.',
    '',
    '```mermaid',
    'stateDiagram-v2',
    ...arrows(),
    '```',
    '',
    '| status | whose turn it is | what ends it |',
    '|---|---|---|',
    ...rows(),
    '',
    'A fact that comes before its time waits in the workflow; one that can never fit stands in the order’s history as',
    'refused. A cancellation after APPROVED first has the work order withdrawn and its material released.',
    '',
  ].join('\n');
