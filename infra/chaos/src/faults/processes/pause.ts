import { type FaultKind, until } from '../fault.ts';
import { send, signalled } from './signals.ts';

export const processPause: FaultKind = {
  name: 'process-pause',
  what: 'SIGSTOP of one process of an app, of each role in turn, and SIGCONT later: longer than a lease',
  lastsS: [3, 25],
  targets: (processes) => processes.map(({ name }) => name),
  missing: () => null,
  async inject({ target }, system) {
    const pid = send(target, 'SIGSTOP', system);
    return until(() => void signalled(pid, 'SIGCONT'));
  },
};
