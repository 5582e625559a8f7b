/** The OpenAPI document as one page: no script, nothing loaded, light and dark by the reader's setting. */
import { EXAMPLE_MEMORY } from '../../contract/memory-object.ts';
import { PROBLEMS } from '../problem.ts';
import type { OpenApiDocument, Operation } from './document.ts';
import { escapeHtml, inline, paragraphs } from './html.ts';
import { PAGE_STYLE } from './page-style.ts';
import type { JsonSchema } from './schema.ts';

const json = (value: unknown) => `<pre><code>${escapeHtml(JSON.stringify(value, null, 2))}</code></pre>`;

const details = (title: string, inner: string) => `<details><summary>${escapeHtml(title)}</summary>${inner}</details>`;

function typeOf(schema: JsonSchema): string {
  if (Array.isArray(schema.enum)) return schema.enum.join(' | ');
  if (schema.type === 'array') return `list of ${typeOf((schema.items ?? {}) as JsonSchema)}`;
  const bounds = [
    schema.minimum === undefined ? '' : `from ${schema.minimum}`,
    schema.maximum === undefined ? '' : `to ${schema.maximum}`,
    schema.default === undefined ? '' : `default ${schema.default}`,
  ];
  return [schema.format ?? schema.type ?? 'any', ...bounds].filter(Boolean).join(' ');
}

function parameterRow(parameter: JsonSchema): string {
  const { name, in: place, required, description = '', schema } = parameter;
  const mark = required === true ? ' <em>required</em>' : '';
  return `<tr><td><code>${escapeHtml(String(name))}</code>${mark}</td><td>${place}</td><td>${escapeHtml(
    typeOf(schema as JsonSchema),
  )}</td><td>${inline(String(description))}</td></tr>`;
}

function parameterTable(parameters: JsonSchema[] | undefined): string {
  if (parameters === undefined) return '';
  const head = '<tr><th>Parameter</th><th>In</th><th>Type</th><th></th></tr>';
  return `<div class="wide"><table>${head}${parameters.map(parameterRow).join('')}</table></div>`;
}

const schemaOf = (holder: JsonSchema | undefined): unknown =>
  Object.values((holder?.content ?? {}) as Record<string, JsonSchema>)[0]?.schema;

function answerRow([status, answer]: [string, JsonSchema]): string {
  return `<tr><td><code>${status}</code></td><td>${inline(String(answer.description))}</td></tr>`;
}

function section(path: string, method: string, operation: Operation): string {
  const body = schemaOf(operation.requestBody);
  const [success] = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'));
  const answer = schemaOf(success?.[1]);
  return [
    `<section id="${operation.operationId}">`,
    `<h3><span class="method ${method}">${method.toUpperCase()}</span> <code>${escapeHtml(path)}</code></h3>`,
    `<p><strong>${escapeHtml(operation.summary)}</strong></p>${paragraphs(operation.description ?? '')}`,
    parameterTable(operation.parameters),
    body === undefined ? '' : details('Body', json(body)),
    answer === undefined ? '' : details(`Answer ${success?.[0]}`, json(answer)),
    details('Statuses', `<table>${Object.entries(operation.responses).map(answerRow).join('')}</table>`),
    '</section>',
  ].join('\n');
}

interface Row {
  path: string;
  method: string;
  operation: Operation;
}

const rowsOf = (document: OpenApiDocument): Row[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

/** Anchors that the `type` of a problem refers to. */
const problemRows = Object.entries(PROBLEMS)
  .map(
    ([code, { status, title }]) =>
      `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${title}</td></tr>`,
  )
  .join('');

export function docsPage(document: OpenApiDocument): string {
  const rows = rowsOf(document);
  const link = ({ path, method, operation }: Row) =>
    `<li><a href="#${operation.operationId}"><span class="method ${method}">${method.toUpperCase()}</span> ${escapeHtml(path)}</a></li>`;
  const tagged = (name: string) => rows.filter(({ operation }) => operation.tags.includes(name));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(document.info.title)}: the HTTP contract</title><style>${PAGE_STYLE}</style></head>
<body><nav aria-label="Operations">${document.tags
    .map(({ name }) => `<h2>${escapeHtml(name)}</h2><ul>${tagged(name).map(link).join('')}</ul>`)
    .join('')}</nav>
<main><h1>${escapeHtml(document.info.title)}</h1>${paragraphs(document.info.description)}
<p>The same as a document: <a href="/openapi.json">openapi.json</a></p>
${document.tags
  .map(
    ({ name }) =>
      `<h2>${escapeHtml(name)}</h2>${tagged(name)
        .map(({ path, method, operation }) => section(path, method, operation))
        .join('\n')}`,
  )
  .join('\n')}
<h2 id="memory">The memory object</h2>${json(EXAMPLE_MEMORY)}
<h2 id="errors">Errors</h2><table><tr><th>Code</th><th>Status</th><th>Meaning</th></tr>${problemRows}</table>
</main></body></html>`;
}
