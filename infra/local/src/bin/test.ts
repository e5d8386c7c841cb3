import { Option } from 'commander';
import { KINDS, type Kind } from '../test-run/jest.ts';
import { summaryOf } from '../test-run/outcome.ts';
import { runTests } from '../test-run/run-tests.ts';
import { rootCommand } from './root-command.ts';
import { untilToldToEnd } from './until-signal.ts';

const command = rootCommand('npm test --')
  .description(
    'Lint, types, import rules, then unit, integration and end-to-end tests on real servers it provides itself.',
  )
  .argument('[pattern]', 'only test files whose path matches this regular expression, and no checks')
  .addOption(new Option('--only <kind>', 'only this kind of test, and no checks').choices(KINDS))
  .option('--full', 'the long versions of tests that have one (npm run test:full)')
  .option('--json', 'print one line on standard output: {"passed","failed","skipped"}')
  .addHelpText(
    'after',
    `
Kinds: spec touches nothing outside its process, int uses real servers, e2e goes through the running system.
Servers come from the same sources as those of "npm start" (npm start -- --help); their logs stay in .bezel/tests.
The last line is the count; the line before it names what was skipped, with reasons. Exit code 1 when anything failed.`,
  )
  .parse();

const { only, full, json } = command.opts<{ only?: Kind; full?: true; json?: true }>();
const ending = untilToldToEnd();
const write = json === true ? console.error : console.log;
const outcome = await runTests({ only, pattern: command.args[0], full: full === true, write, signal: ending });
const lines = summaryOf(outcome, json === true);
for (const line of lines.slice(0, -1)) {
  write(line);
}
console.log(lines.at(-1));
process.exitCode = outcome.failed === 0 ? 0 : 1;
