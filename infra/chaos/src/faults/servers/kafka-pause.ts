import { type FaultKind, until } from '../fault.ts';
import { send, signalled } from '../processes/signals.ts';
import { servedHere } from './served-here.ts';

export const kafkaPause: FaultKind = {
  name: 'kafka-pause',
  what: 'the broker stands still (SIGSTOP) and goes on as if nothing had been',
  lastsS: [3, 20],
  targets: () => ['kafka'],
  missing: (system) => servedHere('kafka', system),
  async inject(_, system) {
    const pid = send('kafka', 'SIGSTOP', system);
    return until(() => void signalled(pid, 'SIGCONT'));
  },
};
