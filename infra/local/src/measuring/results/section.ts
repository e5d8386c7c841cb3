import { round } from '../rounds.ts';
import type { Finding, Table, Target } from './finding.ts';
import type { Provenance } from './provenance.ts';

/** What stands in RESULTS.md about one run, without the heading. */
export function sectionBody(
  { figures, targets, tables, notes }: Finding,
  provenance: Provenance,
  command: string,
): string {
  return [
    ...targets.map((target) => `- ${verdictOf(target)}`),
    '',
    ...tables.flatMap((table) => [markdownTable(table), '']),
    ...notes.map((note) => `- ${note}`),
    '',
    ...Object.entries(provenance).map(([name, value]) => `- ${name}: ${value}`),
    '',
    '```sh',
    command,
    '```',
    '',
    '```json',
    JSON.stringify(figures),
    '```',
  ].join('\n');
}

/** A target and what came of it, in one line. */
export function verdictOf({ what, value, atLeast, atMost, unit = '' }: Target): string {
  const digits = Math.abs(value) < 10 ? 2 : 0;
  const met = value >= (atLeast ?? Number.NEGATIVE_INFINITY) && value <= (atMost ?? Number.POSITIVE_INFINITY);
  const limit = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;
  return `${met ? 'met' : '**missed**'}: ${round(value, digits)}${unit} ${what} (target: ${limit}${unit})`;
}

function markdownTable({ head, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
