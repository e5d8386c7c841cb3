import type { Requirement } from './read-requirements.ts';

/** What the repository has, as far as requirements name it. */
export interface Repository {
  /** Every file, from the root, with `/`. */
  readonly files: readonly string[];
  /** The scripts of the root package.json. */
  readonly scripts: readonly string[];
  /** What `npm run <script> -- --help` prints. */
  help(script: string): string;
}

const ROWS = 34;
const ENDINGS = { spec: /\.spec\.ts$/, int: /\.int\.test\.ts$/, e2e: /\.e2e\.test\.ts$/ } as const;

/** What is wrong with the table, in words; nothing when every row holds. */
export function checkRequirements(requirements: readonly Requirement[], repository: Repository): string[] {
  const wanted = Array.from({ length: ROWS }, (_, index) => `R${index + 1}`);
  const order = requirements.map(({ id }) => id);
  return [
    ...(order.join() === wanted.join()
      ? []
      : [`rows are ${order.join(', ')}; wanted R1 to R${ROWS}, each once, in order`]),
    ...requirements.flatMap((requirement) =>
      checkRow(requirement, repository).map((fault) => `${requirement.id}: ${fault}`),
    ),
  ];
}

function checkRow({ problem, where, commands, state }: Requirement, repository: Repository): string[] {
  const works = state === 'works';
  return [
    ...(problem === '' ? ['says no problem'] : []),
    ...(works || /^open: \S/.test(state)
      ? []
      : [`its state is "${state}"; wanted "works" or "open: " and what is missing`]),
    ...(works && where.length === 0 ? ['works, and does not say where'] : []),
    ...(works && commands.length === 0 ? ['works, and no command shows it'] : []),
    ...where.flatMap((path) => checkPath(path, repository)),
    ...commands.flatMap((command) => checkCommand(command, repository)),
  ];
}

const checkPath = (path: string, { files }: Repository): string[] =>
  files.some((file) => file === path || file.startsWith(`${path.replace(/\/$/, '')}/`)) ? [] : [`there is no ${path}`];

function checkCommand(command: string, repository: Repository): string[] {
  const [, script, rest = ''] = /^npm (?:run )?(\S+)(?: -- (.+))?$/.exec(command) ?? [];
  if (script === undefined || !repository.scripts.includes(script)) return [`"${command}" is no root script`];
  const words = rest.split(' ').filter((word) => word !== '');
  const unknown = words.filter((word) => word.startsWith('--') && !repository.help(script).includes(word));
  return [
    ...unknown.map((option) => `"${command}": --help of ${script} does not know ${option}`),
    ...(script === 'test' ? checkTests(command, words, repository) : []),
  ];
}

/** `--only <kind> <pattern>`: the pattern names files of that kind. */
function checkTests(command: string, words: readonly string[], { files }: Repository): string[] {
  const only = words.indexOf('--only');
  const [kind = '', pattern = ''] = words.slice(only + 1);
  const ending = only < 0 ? undefined : ENDINGS[kind as keyof typeof ENDINGS];
  if (ending === undefined || pattern === '') return [`"${command}" does not say which tests`];
  const named = files.filter((file) => ending.test(file) && new RegExp(pattern).test(file));
  return named.length === 0 ? [`"${command}" names no test file`] : [];
}
