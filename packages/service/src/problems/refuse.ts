import { finished } from 'node:stream/promises';
import type { Request, Response } from 'express';

/** How long the rest of a refused body may still come. */
const LINGER_MS = 30_000;

/**
 * Sends the answer to a request whose body may still be on its way: 401 for an upload, say. Closing at once would reset
 * the connection, and the client would see a network error instead of the answer. So what still comes is read and
 * thrown away; a sender that takes longer than 30 s is cut off.
 */
export function refuse(request: Request, response: Response, answer: string): void {
  response.setHeader('content-length', Buffer.byteLength(answer));
  response.end(answer);
  if (request.complete) return;
  request.resume();
  finished(request, { writable: false, signal: AbortSignal.timeout(LINGER_MS) }).catch(() => request.socket.destroy());
}
