import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { waitFor } from '../testing/wait-for.ts';
import { Link } from './link.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A server that answers with what it got, and a link to it. */
async function linked(): Promise<Link> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    socket.pipe(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ends.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as { port: number };
  const link = await Link.open({ name: 'a to b', targets: () => [port] });
  ends.push(() => link[Symbol.asyncDispose]());
  return link;
}

interface Caller {
  readonly socket: Socket;
  /** What came back so far. */
  heard(): string;
  /** How it ended: undefined while it has not. */
  broken(): string | undefined;
}

async function call({ port }: Link): Promise<Caller> {
  const socket = connect({ port, host: '127.0.0.1' });
  let heard = '';
  let broken: string | undefined;
  socket.on('data', (chunk) => {
    heard += String(chunk);
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    broken = error.code;
  });
  socket.on('close', () => {
    broken ??= 'closed';
  });
  ends.push(() => socket.destroy());
  await new Promise((resolve) => socket.once('connect', resolve).once('error', resolve));
  return { socket, heard: () => heard, broken: () => broken };
}

test('bytes go through as they are, both ways, more of them than fit into any buffer', async () => {
  const link = await linked();
  const { socket, heard } = await call(link);
  const text = '0123456789'.repeat(400_000);
  socket.write(text);
  await waitFor('all of it', () => heard().length === text.length);
  expect(heard()).toBe(text);
  socket.end();
  await once(socket, 'close');
});

test('when it is cut, connections are reset, new ones too, until it is mended', async () => {
  const link = await linked();
  const before = await call(link);
  before.socket.write('a');
  await waitFor('the echo', () => before.heard() === 'a');
  link.cut();
  await waitFor('the reset', () => before.broken() === 'ECONNRESET');
  const during = await call(link);
  await waitFor('the refusal', () => during.broken() !== undefined);
  link.mend();
  const after = await call(link);
  after.socket.write('b');
  await waitFor('the echo', () => after.heard() === 'b');
});

test('when it is silent, connections stand and hear nothing; what was sent arrives when it is mended', async () => {
  const link = await linked();
  const before = await call(link);
  link.silence();
  const during = await call(link);
  before.socket.write('a');
  during.socket.write('b');
  const other = await linked(); // a whole exchange elsewhere: time in which an answer would have come
  const elsewhere = await call(other);
  elsewhere.socket.write('c');
  await waitFor('an echo elsewhere', () => elsewhere.heard() === 'c');
  expect([before.heard(), during.heard(), before.broken(), during.broken()]).toEqual(['', '', undefined, undefined]);
  link.mend();
  await waitFor('both echoes', () => before.heard() === 'a' && during.heard() === 'b');
});

test('when it is silent, the other side hears of no beginning and no end until it is mended', async () => {
  const heard: string[] = [];
  const server = createServer((socket) => {
    heard.push('beginning');
    socket.on('error', () => {}).on('data', () => {});
    socket.once('close', () => heard.push('end'));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ends.push(() => server.close());
  const { port } = server.address() as { port: number };
  const link = await Link.open({ name: 'a to b', targets: () => [port] });
  ends.push(() => link[Symbol.asyncDispose]());
  const ended = await call(link);
  await waitFor('the beginning', () => heard.length === 1);
  link.silence();
  const later = await call(link);
  ended.socket.end();
  const elsewhere = await call(await linked()); // a whole exchange elsewhere: time in which word would have come
  elsewhere.socket.write('c');
  await waitFor('an echo elsewhere', () => elsewhere.heard() === 'c');
  expect(heard).toEqual(['beginning']);
  expect(link.met).toBeGreaterThan(0);
  link.mend();
  await waitFor('all of it', () => heard.toSorted().join(' ') === 'beginning beginning end');
  later.socket.destroy();
});

test('how often somebody met what was done to it is counted anew each time', async () => {
  const link = await linked();
  const { socket, heard } = await call(link);
  socket.write('a');
  await waitFor('the echo', () => heard() === 'a');
  expect(link.met).toBe(0);
  link.slow(1);
  socket.write('b');
  await waitFor('the echo', () => heard() === 'ab');
  link.mend();
  socket.write('c');
  await waitFor('the echo', () => heard() === 'abc');
  expect(link.met).toBe(2);
  link.cut();
  link.mend();
  expect(link.met).toBe(2); // both of its ends
  link.slow(1);
  expect(link.met).toBe(0);
});

test('when it is stranded, connections of before stand and hear nothing for good; new ones do', async () => {
  const link = await linked();
  const before = await call(link);
  before.socket.write('a');
  await waitFor('the echo', () => before.heard() === 'a');
  link.strand();
  before.socket.write('b');
  const after = await call(link);
  after.socket.write('c');
  await waitFor('the echo', () => after.heard() === 'c');
  expect([before.heard(), before.broken()]).toEqual(['a', undefined]);
});

test('when it is slow, everything still arrives, in order', async () => {
  const link = await linked();
  const { socket, heard } = await call(link);
  link.slow(30);
  const began = performance.now();
  for (const letter of 'abc') {
    socket.write(letter);
    await waitFor(`the echo of ${letter}`, () => heard().endsWith(letter));
  }
  expect(heard()).toBe('abc');
  expect(performance.now() - began).toBeGreaterThanOrEqual(6 * 30 - 10);
});
