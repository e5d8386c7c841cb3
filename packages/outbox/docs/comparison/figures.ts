/** The file that holds the figures, relative to the package. */
export const RESULTS = 'bench/RESULTS.md';

/** The page that shows some of them. */
export const PAGE = 'docs/comparison.md';

const BEGIN = '<!-- figures: npm run generate -->';
const END = '<!-- end of figures -->';

/** A run, as `npm run bench` wrote it down. */
interface Run {
  readonly name: string;
  readonly body: string;
}

const runsOf = (results: string): Run[] =>
  results
    .split(/^## /m)
    .slice(1)
    .map((text) => ({ name: text.slice(0, text.indexOf('\n')).trim(), body: text }));

/** Of the first table that has it in its first column. */
const rowOf = ({ body }: Run, label: string): string[] | undefined =>
  body
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .find(([, first]) => first === label);

const noteOf = ({ body }: Run, name: string): string => new RegExp(`^- ${name}: (.*)$`, 'm').exec(body)?.[1] ?? '';

/** What sends in the runs of `relay`, and how the page calls it. */
const SENDERS: Readonly<Record<string, string>> = {
  'raw platformatic': 'the bare `@platformatic/kafka`, no database',
  'raw kafkajs': 'the bare `kafkajs`, no database',
  relay: 'Bezel',
  debezium: 'Debezium in Kafka Connect',
  'pg-transactional-outbox replication': 'pg-transactional-outbox, replication',
  'pg-transactional-outbox polling': 'pg-transactional-outbox, polling',
};

/** As the formatter leaves it: columns of one width. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** The figures of the page, as they have to be: every one is in the results, and every target that was missed is here. */
export function renderFigures(results: string): string {
  const runs = runsOf(results);
  const drains = runs.filter(({ name }) => name.startsWith('relay, '));
  const drained = drains.flatMap((run) =>
    Object.entries(SENDERS).flatMap(([label, called]) => {
      const [, , best, median] = rowOf(run, label) ?? [];
      const client = run.name.replace('relay, ', '');
      return median === undefined
        ? []
        : [[label === 'relay' ? `**${called}** with ${client}` : called, median, best ?? '']];
    }),
  );
  const verdicts = runs.flatMap((run) =>
    [...run.body.matchAll(/^- (met|\*\*missed\*\*): (.*)$/gm)].map(([, verdict = '', what = '']) => [
      run.name,
      what.replace(/ \(target: .*\)$/, ''),
      /\(target: (.*)\)$/.exec(what)?.[1] ?? '',
      verdict,
    ]),
  );
  return [
    'Messages a second that are drained from a full table to the broker. In a run everything is measured on one machine, by turns:',
    table(['what', 'median', 'best'], drained),
    'What this package aims at, and what came of it:',
    table(['run', 'measured', 'target', ''], verdicts),
    'Where and when:',
    table(
      ['run', 'date', 'machine'],
      runs
        .filter(({ body }) => body.includes('(target: '))
        .map((run) => [run.name, noteOf(run, 'date'), noteOf(run, 'machine')]),
    ),
  ].join('\n\n');
}

/** The page with these figures in it. */
export function withFigures(page: string, figures: string): string {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`${PAGE} needs the lines "${BEGIN}" and "${END}"`);
  }
  return `${before}${BEGIN}\n\n${figures}\n\n${END}${after}`;
}

/** What a person wrote of the page, to look for figures in. */
export function withoutFigures(page: string): string {
  return withFigures(page, '');
}
