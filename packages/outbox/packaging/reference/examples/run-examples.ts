import { fileURLToPath } from 'node:url';
import { run } from '@bezel/local/bench';
import ts from 'typescript';
import type { Document } from '../../../docs/compile-blocks.ts';

/** What became of an example. */
export interface ExampleRun {
  /** The source and the line of its `@example`. */
  readonly where: string;
  /** What it wrote with `console.log`, a call a line. */
  readonly printed: readonly string[];
  /** What it threw, if it did. */
  readonly error: string | null;
}

const CODE: ts.CompilerOptions = {
  module: ts.ModuleKind.ESNext,
  target: ts.ScriptTarget.ESNext,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
};

/**
 * Runs examples, each after the one before it, in a process of their own, which they leave whatever still runs. `imports`
 * is what they take for granted, `env` tells `at-hand.ts` where the servers are.
 */
export async function runExamples(
  documents: readonly Document[],
  imports: string,
  env: Readonly<Record<string, string>>,
): Promise<ExampleRun[]> {
  const program = [
    imports,
    "import { format } from 'node:util';",
    'const runs: object[] = [];',
    'async function example(where: string, body: () => Promise<void>): Promise<void> {',
    '  const printed: string[] = [];',
    "  console.log = (...args) => printed.push(...format(...args).split('\\n'));",
    '  let error: string | null = null;',
    '  await body().catch((thrown) => { error = String(thrown); });',
    '  runs.push({ where, printed, error });',
    '}',
    ...documents.flatMap(({ name, blocks }) =>
      blocks.map(({ line, code }) => `await example('${name}:${line}', async () => {\n${code}\n});`),
    ),
    'process.stdout.write(JSON.stringify(runs), () => process.exit(0));',
  ].join('\n');
  const { outputText } = ts.transpileModule(program, { compilerOptions: CODE });
  const args = [
    '--conditions=@bezel/source',
    `--import=${new URL('at-hand.ts', import.meta.url).href}`,
    '--input-type=module',
    '--eval',
    outputText,
  ];
  const cwd = fileURLToPath(new URL('../../../examples/', import.meta.url));
  return JSON.parse(await run(process.execPath, args, { cwd, env: { NODE_OPTIONS: '', ...env } })) as ExampleRun[];
}

/** What an example says its `console.log` calls print: the comments after them. */
export const printedBy = (code: string): string[] =>
  [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, printed = '']) => printed);
