/** What a command of a package needs of the local stack: servers that end with it, progress, programs, the user's cache. */
export { InvalidArgumentError } from 'commander';
export { rootCommand } from './bin/root-command.ts';
export { untilToldToEnd } from './bin/until-signal.ts';
export { cachedOrFilled } from './download/cache.ts';
export { type MavenArtifact, mavenJars } from './download/maven.ts';
export { VERSIONS } from './download/releases.ts';
export { run } from './download/run.ts';
export { endProcess } from './processes/end-process.ts';
export { identify } from './processes/process-identity.ts';
export { signalGroup } from './processes/signal-group.ts';
export type { Installed } from './servers/choice.ts';
export { installedJavas, onPath } from './servers/machine.ts';
export { createProgress, type Progress } from './servers/progress.ts';
export { CHECKOUT } from './stack/places.ts';
export { openPorts } from './stack/ports.ts';
export { tailOfLog } from './supervisor/log-file.ts';
export { startTestServers } from './test-run/test-servers.ts';
export { TEST_SERVER_VARIABLES } from './testing/servers.ts';
