import type { OpenAPIObject } from '@nestjs/swagger';

/** What the page shows besides the document. */
export interface PageOptions {
  readonly issuer: string;
  /** Path of the list shown after signing in, with its query if it has one. */
  readonly latest: string;
}

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly security?: readonly object[];
  readonly 'x-roles'?: readonly string[];
  readonly parameters?: readonly { name: string; in: string; required?: boolean; description?: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: unknown }>> };
  readonly responses: Readonly<Record<string, { readonly description?: string }>>;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const text = (value: unknown): string => String(value).replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '');

/** Words for people: what stands in backticks is code. */
const prose = (value: unknown): string => text(value).replaceAll(/`([^`]+)`/g, '<code>$1</code>');

const whoMay = (operation: Operation): string => {
  if (operation.security?.some((requirement) => Object.keys(requirement).length === 0)) {
    return 'public';
  }
  return operation['x-roles']?.join(', ') ?? 'any token';
};

function parameters(operation: Operation): string {
  const rows = (operation.parameters ?? []).map(
    ({ name, in: place, required, description = '' }) =>
      `<dt><code>${text(name)}</code></dt><dd>${text(place)}${required === true ? ', required' : ''}` +
      `${description === '' ? '' : `. ${prose(description)}`}</dd>`,
  );
  return rows.length === 0 ? '' : `<h3>Parameters</h3><dl>${rows.join('')}</dl>`;
}

function body(operation: Operation): string {
  return Object.entries(operation.requestBody?.content ?? {})
    .map(
      ([type, { schema }]) =>
        `<h3>Body, <code>${text(type)}</code></h3><pre tabindex="0">${text(JSON.stringify(schema, null, 2))}</pre>`,
    )
    .join('');
}

function answers(operation: Operation): string {
  const rows = Object.entries(operation.responses).map(
    ([status, { description }]) => `<dt><code>${text(status)}</code></dt><dd>${prose(description ?? '')}</dd>`,
  );
  return `<h3>Answers</h3><dl>${rows.join('')}</dl>`;
}

const operationHtml = (method: string, path: string, operation: Operation): string => `
<details>
  <summary><span class="method ${method}">${method.toUpperCase()}</span><span class="path">${text(path)}</span>
    <span class="soft">${text(whoMay(operation))}</span></summary>
  <div class="operation">
    ${[operation.summary, operation.description]
      .filter((words) => words !== undefined && words !== '')
      .map((words) => `<p>${prose(words)}</p>`)
      .join('')}
    ${parameters(operation)}${body(operation)}${answers(operation)}
  </div>
</details>`;

/** The page at `/`: the latest entries after signing in, and every operation of the document. */
export function referencePage(document: OpenAPIObject, { issuer, latest }: PageOptions): string {
  const { title, description } = document.info;
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method] as Operation | undefined;
      return operation === undefined ? [] : [operationHtml(method, path, operation)];
    }),
  );
  const listName = /([^/?]+)(?:\?|$)/.exec(latest)?.[1]?.replaceAll('-', ' ') ?? 'entries';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)}</title>
<link rel="stylesheet" href="page.css">
<script type="module" src="page.js"></script>
</head>
<body>
<header>
  <h1><small>Bezel</small>${text(title)}</h1>
  <div id="session" class="session" aria-live="polite"></div>
</header>
<main data-issuer="${text(issuer)}" data-client="console" data-latest="${text(latest.replace(/^\//, ''))}">
  ${description === '' ? '' : `<p>${prose(description)}</p>`}
  <h2>Latest ${text(listName)}</h2>
  <section id="latest" class="card"><p class="soft">Signing in wants JavaScript; so does this list.</p></section>
  <h2>API</h2>
  <p class="soft">Machine-readable: <a href="openapi.json">OpenAPI 3.1</a>. Every request carries
    <code>Authorization: Bearer …</code> unless it is public; errors are <code>application/problem+json</code>.</p>
  <section class="card" aria-label="Operations">${operations.join('')}</section>
</main>
</body>
</html>`;
}
