import { type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { problemDocument } from '../problems/index.ts';

/** What Node's parser complains of, as a problem. Everything else is a request that is not HTTP. */
const PROBLEMS: Readonly<Record<string, { readonly status: number; readonly code: string; readonly message: string }>> =
  {
    HPE_HEADER_OVERFLOW: {
      status: 431,
      code: 'headers_too_large',
      message: 'the request line and headers are larger than this door takes (16 KiB)',
    },
    ERR_HTTP_REQUEST_TIMEOUT: {
      status: 408,
      code: 'request_timeout',
      message: 'the request did not arrive in time',
    },
  };

const NOT_HTTP = { status: 400, code: 'malformed_request', message: 'this is not a well-formed HTTP/1.1 request' };

/**
 * Answers what never becomes a request (broken or too large headers, a broken chunk, a sender that is too slow) with a
 * problem document, where Node would send a bare status line. Express never sees these.
 */
export function answerBrokenRequests(server: Server): void {
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.on('request', ({ socket }, response) => answers.set(socket, response));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // In the middle of an answer another one would only garble it.
    const answer = answers.get(socket);
    const answering = answer?.headersSent === true && !answer.writableFinished;
    if (answering || !socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const problem = PROBLEMS[error.code ?? ''] ?? NOT_HTTP;
    const document = problemDocument({ ...problem, errors: undefined });
    socket.end(
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n` +
        'connection: close\r\ncontent-type: application/problem+json; charset=utf-8\r\n' +
        `content-length: ${Buffer.byteLength(document)}\r\n\r\n${document}`,
      () => socket.destroy(),
    );
  });
}
