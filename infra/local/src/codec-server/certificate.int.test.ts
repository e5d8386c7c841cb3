import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { createCertificate, isFresh } from './certificate.ts';

/** What a client that trusts this certificate alone makes of the server that shows it. */
async function visit(name: string, at: Date, trusted?: string): Promise<string> {
  const { key, cert } = createCertificate(at);
  const server = createServer({ key, cert }, (_request, response) => response.end('here'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await new Promise<string>((resolve) => {
      request({ host: '127.0.0.1', servername: name, port, ca: trusted ?? cert, agent: false }, (response) => {
        response.setEncoding('utf8').on('data', resolve);
      })
        .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
        .end();
    });
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

const now = new Date();
const day = (number: number): Date => new Date(now.getTime() + number * 86_400_000);

test('who trusts it reaches this machine by its own names, and by no other', async () => {
  expect(await visit('localhost', now)).toBe('here');
  expect(await visit('', now)).toBe('here'); // by its number: 127.0.0.1
  expect(await visit('bezel.example', now)).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
});

test('who does not trust it is told', async () => {
  expect(await visit('localhost', now, createCertificate(now).cert)).toMatch(/SELF_SIGNED|UNABLE_TO_VERIFY|SIGNATURE/);
});

test('it ends, and is renewed before', async () => {
  expect(await visit('localhost', day(-400))).toBe('CERT_HAS_EXPIRED');
  const { cert } = createCertificate(now);
  expect([isFresh(cert, now), isFresh(cert, day(330)), isFresh(cert, day(340))]).toEqual([true, true, false]);
});
