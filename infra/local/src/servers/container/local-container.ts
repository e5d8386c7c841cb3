import { createWriteStream } from 'node:fs';
import { GenericContainer, Wait } from 'testcontainers';

/** A container of this stack and how it is reached. */
export interface ContainerOptions {
  readonly image: string;
  /** Unique to the stack: a container of this name is this stack's, whoever started it. */
  readonly name: string;
  readonly ports: readonly { readonly container: number; readonly host: number }[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly user?: string;
  /** A named volume and where it is in the container: data outlives every container. */
  readonly volume: { readonly name: string; readonly path: string };
  readonly logFile: string;
  /** The engine runs on this machine: then its ports are opened to this machine only. */
  readonly local: boolean;
}

/**
 * One of the servers as a container. It is ready when the unit's own probe says so, and it is removed by this stack's
 * journal: neither waits in here nor a reaper's image is needed.
 */
export class LocalContainer extends GenericContainer {
  constructor(options: ContainerOptions) {
    super(options.image);
    this.withName(options.name)
      .withLabels({ 'dev.bezel.stack': options.name })
      .withEnvironment({ ...options.environment })
      .withBindMounts([{ source: options.volume.name, target: options.volume.path, mode: 'rw' }])
      .withExposedPorts(...options.ports)
      .withWaitStrategy(Wait.forAll([]))
      .withLogConsumer((stream) => stream.pipe(createWriteStream(options.logFile, { flags: 'a', mode: 0o600 })))
      .withAutoCleanup(false);
    if (options.command !== undefined) {
      this.withCommand([...options.command]);
    }
    if (options.user !== undefined) {
      this.withUser(options.user);
    }
    if (options.local) {
      this.hostConfig.PortBindings = Object.fromEntries(
        options.ports.map(({ container, host }) => [
          `${container}/tcp`,
          [{ HostIp: '127.0.0.1', HostPort: String(host) }],
        ]),
      );
    }
  }
}
