import { describe, expect, test } from '@jest/globals';
import { createLifeCycle } from './life-cycle.ts';
import type { NamedRole, Role } from './role.ts';

function recorded(events: string[], name: string, overrides: Partial<Role> = {}): NamedRole {
  return {
    name,
    role: {
      start: async () => void events.push(`start ${name}`),
      stop: async () => void events.push(`stop ${name}`),
      health: async () => {},
      ...overrides,
    },
  };
}

const never = (): void => {
  throw new Error('fatal was not expected');
};

describe('the life of a process', () => {
  test('migrates first, opens doors last, closes them first, then the pools', async () => {
    const events: string[] = [];
    const pool = { end: async () => void events.push('end pool') };
    const life = createLifeCycle(
      [
        recorded(events, 'migrate', { once: true }),
        recorded(events, 'api'),
        recorded(events, 'consumer'),
        recorded(events, 'relay'),
      ],
      [pool],
    );
    expect(life.state).toBe('starting');
    await life.start(never);
    expect(life.state).toBe('working');
    await Promise.all([life.stop(), life.stop()]);
    expect(life.state).toBe('stopped');
    expect(events).toEqual([
      ...['start migrate', 'start relay', 'start consumer', 'start api'],
      ...['stop api', 'stop consumer', 'stop relay', 'end pool'],
    ]);
  });

  test('goes on stopping when one role cannot', async () => {
    const events: string[] = [];
    const stuck = recorded(events, 'api', { stop: () => Promise.reject(new Error('stuck')) });
    const life = createLifeCycle([stuck, recorded(events, 'relay')], []);
    await life.start(never);
    await life.stop();
    expect(events).toEqual(['start relay', 'start api', 'stop relay']);
  });

  test('a role that takes long to stop does not keep the next one from it, but the pools wait for both', async () => {
    const events: string[] = [];
    const slow = Promise.withResolvers<void>();
    const pool = { end: async () => void events.push('end pool') };
    const stopped = Promise.withResolvers<void>();
    const life = createLifeCycle(
      [
        recorded(events, 'api', { stop: () => slow.promise }),
        recorded(events, 'relay', { stop: async () => stopped.resolve() }),
      ],
      [pool],
    );
    await life.start(never);
    const stopping = life.stop();
    await stopped.promise;
    expect(events).not.toContain('end pool');
    slow.resolve();
    await stopping;
    expect(events).toContain('end pool');
  });

  test('stopped while starting: starts nothing more and stops what it started', async () => {
    const events: string[] = [];
    const life = createLifeCycle(
      [
        recorded(events, 'api'),
        recorded(events, 'relay', {
          start: async () => {
            events.push('start relay');
            void life.stop();
          },
        }),
      ],
      [],
    );
    await life.start(never);
    await life.stop();
    expect(events).toEqual(['start relay', 'stop relay']);
  });

  test('a role that cannot start is told to the caller, who stops the rest', async () => {
    const events: string[] = [];
    const broken = recorded(events, 'api', { start: () => Promise.reject(new Error('port 3001 is taken')) });
    const life = createLifeCycle([broken, recorded(events, 'relay')], []);
    await expect(life.start(never)).rejects.toThrow('port 3001 is taken');
    await life.stop();
    expect(events).toEqual(['start relay', 'stop api', 'stop relay']);
  });
});
