import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { ACCOUNTS, signIn } from './accounts.ts';

const LIMIT_BYTES = 10_000;

/**
 * Answers the sign-in page (`/interaction/<uid>`): GET shows a form, POST checks it and goes back to the provider.
 * Answers false for any other path.
 */
export async function handleSignIn(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (!request.url?.startsWith('/interaction/')) {
    return false;
  }
  try {
    await provider.interactionDetails(request, response);
  } catch {
    page(response, 400, '<p>This sign-in has expired. Go back to where you came from and start again.</p>');
    return true;
  }
  if (request.method !== 'POST') {
    page(response, 200, form(''));
    return true;
  }
  const fields = new URLSearchParams(await bodyOf(request));
  const account = signIn(fields.get('account'), fields.get('password'));
  if (account === undefined) {
    page(response, 401, form('<p role="alert">No such account, or another password.</p>'));
    return true;
  }
  await provider.interactionFinished(request, response, { login: { accountId: account.name } });
  return true;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > LIMIT_BYTES) {
      return '';
    }
  }
  return body;
}

const form = (notice: string): string => `${notice}
<form method="post">
  <label>Account <select name="account">${ACCOUNTS.filter((account) => account.signsIn)
    .map(({ name }) => `<option>${name}</option>`)
    .join('')}</select></label>
  <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
  <button>Sign in</button>
</form>
<p>Local accounts: the password is the account's name.</p>`;

function page(response: ServerResponse, status: number, content: string): void {
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    })
    .end(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sign in to Bezel</title><style>${STYLE}</style>
<main><h1>Sign in to Bezel</h1>${content}</main></html>`);
}

const STYLE = `
:root { color-scheme: light dark; --edge: light-dark(#ddd8cd, #45413a); --accent: light-dark(#8a5a12, #e0b56a); }
body { font: 1rem/1.6 system-ui; margin: 0; padding: 1rem; background: light-dark(#faf8f4, #1b1a17); }
main { max-width: 22rem; margin: 10vh auto; padding: 1.5rem; border: 1px solid var(--edge); border-radius: .75rem;
  background: light-dark(#fff, #24221e); }
h1 { font-size: 1.3rem; margin: 0 0 1rem; }
label { display: block; margin: .75rem 0; }
select, input, button { font: inherit; width: 100%; box-sizing: border-box; padding: .5rem; border: 1px solid var(--edge);
  border-radius: .4rem; background: light-dark(#fff, #1b1a17); color: inherit; }
button { margin-top: .5rem; background: var(--accent); color: light-dark(#fff, #1b1a17); border-color: var(--accent); cursor: pointer; }
main > p { color: light-dark(#6a645a, #b5ada0); margin: 1rem 0 0; }
main > p[role=alert] { color: light-dark(#a1260d, #ff9a83); border-left: 3px solid; padding-left: .6rem; margin: 0 0 1rem; }`;
