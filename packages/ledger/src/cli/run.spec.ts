import { expect, test } from '@jest/globals';
import { run } from './run.ts';

/** A command line as a terminal or a program gives it, with servers that nobody has; `signal` says when it is told to end. */
async function orderctl(line: string, signal = new AbortController().signal) {
  const url = 'postgres://nobody@127.0.0.1:1/none';
  const said = { out: '', err: '' };
  const code = await run(line.split(' '), {
    out: { write: (text: string) => (said.out += text) },
    err: { write: (text: string) => (said.err += text) },
    env: {
      ...{ SHOP_AUDIT_URL: url, MES_AUDIT_URL: url, CRM_AUDIT_URL: url },
      ...{ KAFKA_BROKERS: '127.0.0.1:1', TEMPORAL_ADDRESS: '127.0.0.1:1' },
    },
    checkout: '/nowhere',
    signal,
  });
  return { code, ...said };
}

test.each(['audit', 'list', 'why B-2026-000001', 'repair B-2026-000001'])(
  'told to end: 130 and no verdict, with --json as JSON (%s)',
  async (line) => {
    const ended = AbortSignal.abort(new Error('ended by SIGINT'));
    const err = 'orderctl: ended before it was done (interrupted)\n';
    expect(await orderctl(line, ended)).toEqual({ code: 130, out: '', err });
    const json = await orderctl(`${line} --json`, ended);
    expect({ ...json, err: JSON.parse(json.err) }).toEqual({
      ...{ code: 130, out: '' },
      err: { error: { code: 'interrupted', message: 'ended before it was done' } },
    });
  },
);

test.each(['audit --limit none', 'why', 'frobnicate'])('wrong usage: 2, with --json as JSON (%s)', async (line) => {
  expect(await orderctl(line)).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/--help/) });
  for (const wanted of [`${line} --json`, `--json ${line}`]) {
    const { code, out, err } = await orderctl(wanted);
    expect({ code, out, error: JSON.parse(err).error.code }).toEqual({ code: 2, out: '', error: 'USAGE' });
  }
});
