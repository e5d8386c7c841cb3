import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { runCli } from '../../src/testing/fixtures/cli/run-cli.ts';
import { blocksOfMarkdown, type CodeBlock } from '../compile-blocks.ts';
import { stepsOf } from './steps.ts';

/** Where the statements and commands of a guide are run. */
export interface Place {
  readonly url: string;
  readonly pool: pg.Pool;
}

/** A guide, whose statements and commands a test runs section by section. */
export interface Guide {
  /** Runs them in their order, and answers the rows of the last statement. */
  run(section: string, place: Place): Promise<readonly Record<string, unknown>[]>;
  /** Blocks that were not run, by the line they stand on. */
  left(): readonly string[];
  readonly blocks: readonly CodeBlock[];
}

const FOLDER = new URL('../guides/', import.meta.url);

export function openGuide(name: string): Guide {
  const markdown = readFileSync(new URL(`${name}.md`, FOLDER), 'utf8');
  const steps = stepsOf(markdown).filter(({ kind }) => kind === 'sql' || kind === 'sh');
  const headings = markdown.split('\n').map((line) => /^##? (.*)$/.exec(line)?.[1]);
  const sectionOf = (line: number): string => headings.slice(0, line).findLast((text) => text !== undefined) ?? '';
  const left = new Set(steps);
  return {
    blocks: blocksOfMarkdown(name, markdown).blocks,
    left: () => [...left].map(({ line, text }) => `${name}.md:${line} ${text.split('\n')[0]}`),
    async run(section, { url, pool }) {
      const found = steps.filter(({ line }) => sectionOf(line) === section);
      if (found.length === 0) throw new Error(`${name}.md has nothing to run in a section "${section}"`);
      let rows: readonly Record<string, unknown>[] = [];
      for (const step of found) {
        left.delete(step);
        if (step.kind === 'sql') {
          rows = await runSql(pool, step.text);
          continue;
        }
        for (const line of step.text.trim().split('\n')) {
          const done = await runCli(url, line.replace(/^(npx )?bezel-outbox /, '').split(' '));
          if (done.exitCode !== 0) throw new Error(`${line} ended with ${done.exitCode}: ${done.err}`);
        }
      }
      return rows;
    },
  };
}

/** In a session of its own: a statement that fails in the midst of a transaction leaves nothing behind. */
async function runSql(pool: pg.Pool, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = await pool.connect();
  try {
    const results: pg.QueryResult | pg.QueryResult[] = await client.query(sql);
    return [results].flat().at(-1)?.rows ?? [];
  } finally {
    client.release(true);
  }
}
