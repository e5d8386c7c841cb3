import { provideEngine } from '../containers-run/own-engine.ts';
import { buildStandIns } from '../containers-run/stand-ins.ts';
import { IMAGES } from '../servers/choosing/choice.ts';
import { provideImages } from '../servers/container/images.ts';
import { createProgress } from '../servers/progress.ts';
import { FAILED, type Outcome, summaryOf } from '../test-run/outcome.ts';
import { runTests } from '../test-run/run-tests.ts';
import { rootCommand } from './root-command.ts';
import { untilToldToEnd } from './until-signal.ts';

const command = rootCommand('npm run test:containers --')
  .description('Runs the integration tests on containers of the official images, through Testcontainers.')
  .argument('[pattern]', 'only test files whose path matches this regular expression')
  .option('--json', 'print one line on standard output: {"passed","failed","skipped"}')
  .addHelpText(
    'after',
    `
Takes the Docker engine that answers. When none does: as root with "dockerd" on the PATH (apt install docker.io) it
starts one of its own and ends it afterwards. Where images cannot be pulled it builds stand-ins from packages (needs
root, debootstrap and docker). Fails when a server did not come from a container. See infra/containers/README.md.`,
  )
  .parse();

const json = command.opts<{ json?: true }>().json === true;
const write = json ? console.error : console.log;
const progress = createProgress(write);
const ending = untilToldToEnd();

async function onContainers(): Promise<Outcome> {
  await using engine = await progress.step('container engine', (detail) => provideEngine(detail, ending));
  write(`  ${engine.origin}`);
  if (engine.host !== undefined) {
    process.env['DOCKER_HOST'] = engine.host;
  }
  const answering = { state: 'answers', version: '' } as const;
  if ((await provideImages(answering, Object.values(IMAGES), progress, ending)).state !== 'answers') {
    await buildStandIns(progress, ending);
  }
  const pattern = command.args[0];
  return await runTests({ only: 'int', pattern, full: false, write, signal: ending, requireContainers: true });
}

const outcome = await onContainers().catch((error: Error) => {
  write(error.message);
  return FAILED;
});
const lines = summaryOf(outcome, json);
for (const line of lines.slice(0, -1)) {
  write(line);
}
console.log(lines.at(-1));
process.exitCode = outcome.failed === 0 ? 0 : 1;
