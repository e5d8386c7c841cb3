// The page's only script: sign-in by OpenID Connect (authorization code with PKCE, public client), then the latest list.
const settings = document.querySelector('main').dataset;
const home = new URL('./', location.href).href;
const session = document.querySelector('#session');
const latest = document.querySelector('#latest');
const REFRESH_MS = 3_000;

const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

async function provider() {
  const response = await fetch(`${settings.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  if (!response.ok) {
    throw new Error(`the identity provider answered ${response.status}`);
  }
  return response.json();
}

async function signIn() {
  const { authorization_endpoint: endpoint } = await provider();
  const [verifier, state] = [random(), random()];
  sessionStorage.setItem('sign-in', JSON.stringify({ verifier, state }));
  const challenge = base64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)));
  const url = new URL(endpoint);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: settings.client,
    redirect_uri: home,
    scope: 'openid',
    // Who signs out and in again wants to be somebody else; the provider would remember who it was.
    prompt: 'login',
    state,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  });
  location.assign(url);
}

/** Back from the provider with a code: trades it for a token, once. */
async function finishSignIn(query) {
  const begun = JSON.parse(sessionStorage.getItem('sign-in') ?? 'null');
  sessionStorage.removeItem('sign-in');
  history.replaceState(null, '', home);
  if (query.has('error')) {
    throw new Error(query.get('error_description') ?? query.get('error'));
  }
  if (begun === null || begun.state !== query.get('state')) {
    throw new Error('the sign-in was not begun here');
  }
  const { token_endpoint: endpoint } = await provider();
  const response = await fetch(endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: settings.client,
      code: query.get('code'),
      redirect_uri: home,
      code_verifier: begun.verifier,
    }),
  });
  if (!response.ok) {
    throw new Error(`the identity provider refused the code (${response.status})`);
  }
  sessionStorage.setItem('token', (await response.json()).access_token);
}

const claimsOf = (token) =>
  JSON.parse(
    new TextDecoder().decode(
      Uint8Array.from(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0)),
    ),
  );

function element(name, text, className = '') {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}

function button(label, onPress) {
  const made = element('button', label);
  made.type = 'button';
  made.addEventListener('click', () => Promise.resolve(onPress()).catch(complain));
  return made;
}

function complain(error) {
  const alert = element('p', `Sign-in failed: ${error.message}.`);
  alert.setAttribute('role', 'alert');
  latest.replaceChildren(alert);
}

function showSignedOut() {
  shown = '';
  session.replaceChildren(button('Sign in', signIn));
  latest.replaceChildren(element('p', 'Sign in to see the latest entries your roles open.', 'soft'));
}

function showSignedIn(token) {
  const { sub, roles = [] } = claimsOf(token);
  const leave = () => {
    sessionStorage.removeItem('token');
    showSignedOut();
  };
  session.replaceChildren(element('span', `${sub} (${roles.join(', ')})`, 'soft'), button('Sign out', leave));
}

const COLUMNS = [
  ['Number', (item) => item.number ?? item.orderNumber ?? item.id, 'path'],
  ['Status', (item) => item.status, 'status'],
  ['Piece', (item) => [item.metal, item.finish].filter(Boolean).join(', ')],
  ['Updated (UTC)', (item) => (item.updatedAt ?? '').replace('T', ' ').slice(0, 19), 'soft'],
];

function tableOf(items) {
  const table = document.createElement('table');
  const head = table.createTHead().insertRow();
  for (const [label] of COLUMNS) {
    const cell = element('th', label);
    cell.scope = 'col';
    head.append(cell);
  }
  const body = table.createTBody();
  for (const item of items) {
    const row = body.insertRow();
    for (const [, read, className] of COLUMNS) {
      row.append(element('td', read(item), className));
    }
  }
  return table;
}

let shown = '';

async function refresh() {
  const token = sessionStorage.getItem('token');
  if (token === null || document.hidden) {
    return;
  }
  const response = await fetch(`${settings.latest}${settings.latest.includes('?') ? '&' : '?'}limit=20`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const body = await response.json();
  if (response.status === 401) {
    sessionStorage.removeItem('token');
    showSignedOut();
  } else {
    show(response, body);
  }
}

/** Replaces the list only when it changed: a reader's selection and place in it survive a refresh. */
function show(response, body) {
  const now = JSON.stringify(body.items ?? body.detail);
  if (now === shown) {
    return;
  }
  shown = now;
  if (!response.ok) {
    latest.replaceChildren(element('p', body.detail ?? `The service answered ${response.status}.`));
  } else if (body.items.length === 0) {
    latest.replaceChildren(element('p', 'Nothing here yet.', 'soft'));
  } else {
    latest.replaceChildren(tableOf(body.items));
  }
}

async function open() {
  showSignedOut();
  const query = new URLSearchParams(location.search);
  if (query.has('state')) {
    await finishSignIn(query);
  }
  const token = sessionStorage.getItem('token');
  if (token !== null) {
    showSignedIn(token);
    await refresh();
  }
}

open().catch(complain);
// A failed refresh keeps what is shown: the next one comes soon.
setInterval(() => refresh().catch(() => {}), REFRESH_MS);
