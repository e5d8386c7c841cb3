import { durationInWords, type Lifecycle, type Stage, type Transition, transitionsOf } from '../lifecycle/index.ts';
import { AUDIENCES, endInWords, OWNERS } from '../lifecycle/words.ts';
import { SWEEPERS } from '../sweepers/sweepers.ts';
import { GENERATED_BY } from './generated-by.ts';

/**
 * `docs/order-lifecycle.md`: the state diagram and a section a status with owner, SLA, who is told, moves and sweeper.
 */
export function renderLifecyclePage(lifecycle: Lifecycle): string {
  const stages = Object.entries(lifecycle);
  return [
    '# The lifecycle of an order',
    '',
    `<!-- ${GENERATED_BY} -->`,
    '',
    'Each status is a stage with an owner. The workflow of the order alone moves it; what people and couriers say are facts that',
    'the workflow acts on. Times are elapsed time, nights and weekends included.',
    '',
    '```mermaid',
    'stateDiagram-v2',
    ...arrows(lifecycle),
    '```',
    '',
    '## Overview',
    '',
    '| status | whose turn it is | may take | usually takes | what ends it |',
    '|---|---|---|---|---|',
    ...stages.map(
      ([status, stage]) => `| ${[`[${status}](#${status.toLowerCase()})`, ...summary(stage)].join(' | ')} |`,
    ),
    '',
    'A fact that comes before its time waits in the workflow; one that can never fit stands in the order’s history as',
    'refused. A cancellation after APPROVED first has the work order withdrawn and its material released; until that is done',
    'the order keeps its status and shows since when it is being cancelled. What was taken back stands in its history.',
    '',
    '## Each status',
    '',
    ...stages.flatMap(([status, stage]) => [...section(status, stage, transitionsOf(lifecycle)), '']),
    '## Sweepers',
    '',
    'A sweeper looks for what was forgotten. Everything that can wait has one, in each database; which table and state is whose',
    'is in `packages/order-workflow/src/sweepers/tables.ts`, and tests hold it against the databases. Alerts tell a sweeper that',
    'does not run and what waits for too long ([infra/prometheus](../infra/prometheus/README.md)).',
    '',
    '| sweeper | looks for | and then | runs in |',
    '|---|---|---|---|',
    ...Object.entries(SWEEPERS).map(
      ([name, { looksFor, does, runsIn }]) =>
        `| \`${name}\` | ${looksFor} | ${does} | ${runsIn.map(({ app, role }) => `${app} \`${role}\``).join(', ')} |`,
    ),
    '',
  ].join('\n');
}

const arrows = (lifecycle: Lifecycle): string[] => [
  `  [*] --> ${Object.keys(lifecycle)[0]}`,
  ...transitionsOf(lifecycle).map(({ from, to, on }) => `  ${from} --> ${to}: ${on}`),
  ...Object.keys(lifecycle)
    .filter((status) => lifecycle[status]?.final)
    .map((status) => `  ${status} --> [*]`),
];

/** The cells of the overview after the status. */
const summary = ({ owner, sla, endedBy }: Stage<string>): string[] => [
  owner ?? '–',
  sla === null ? '–' : durationInWords(sla.withinMs),
  sla === null ? '–' : durationInWords(sla.typicalMs),
  Object.entries(endedBy)
    .map(([message, to]) => `\`${message}\` → ${to}`)
    .join('<br>') || 'nothing: final',
];

function section(status: string, stage: Stage<string>, transitions: readonly Transition<string>[]): string[] {
  const before = [...new Set(transitions.filter(({ to }) => to === status).map(({ from }) => from))];
  return [
    `### ${status}`,
    '',
    stage.meaning,
    '',
    `- **Comes from** ${before.join(', ') || 'the door: every order begins here'}.`,
    ...(stage.owner === null ? ['- **Final.** Nothing ends it.'] : openStage(stage)),
  ];
}

const openStage = ({ owner, sla, sweeper, endedBy }: Stage<string>): string[] => [
  `- **Whose turn it is:** ${owner === null ? 'nobody’s' : OWNERS[owner]}.`,
  sla === null
    ? '- **SLA:** none. Nobody of ours can be late.'
    : `- **SLA:** it ends within ${durationInWords(sla.withinMs)}; it usually takes ${durationInWords(sla.typicalMs)}. When it is late, ` +
      `${sla.tells.map((audience) => AUDIENCES[audience]).join(' and ')} are told, once.`,
  '- **Ends when:**',
  ...Object.entries(endedBy).map(([message, to]) => `  - ${endInWords(message as never)} (\`${message}\`) → ${to}`),
  `- **Sweeper:** \`${sweeper}\`.`,
];
