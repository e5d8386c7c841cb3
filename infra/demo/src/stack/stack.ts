import type { StackFile } from '@bezel/local';

/** The stack a demo runs on. */
export interface Stack extends AsyncDisposable {
  /** The stack file as it is now: pids change with every restart. */
  now(): StackFile;
  /** The demo started it and will end it. */
  readonly own: boolean;
}

/** The app processes: all but servers, which only `--kill-servers` touches. */
export const appProcesses = ({ processes }: StackFile): StackFile['processes'] =>
  processes.filter(({ roles }) => !roles.includes('server'));

/** Every instance of a door. */
export function doorUrls({ urls, processes }: StackFile, door: 'shop' | 'mes'): readonly string[] {
  const instances = processes.flatMap((process) => process.urls?.[door] ?? []);
  return instances.length > 0 ? instances : [urls[door]];
}
