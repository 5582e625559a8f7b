/** A request as its operation sees it: every part parsed by the contract, all faults told at once. */
import { createHash } from 'node:crypto';
import type { Idempotency } from '@auren/memory/memory.ts';
import type { Caller } from '@auren/memory/model/caller.ts';
import { canonicalJson } from '@auren/memory/model/json.ts';
import type { Contract } from '../contract/contract.ts';
import { hasBody, jsonBody } from './body.ts';
import { requireAgent } from './caller.ts';
import { Faults } from './faults.ts';
import { type HttpEvent, headerOf } from './http-event.ts';
import { guardJson } from './json-guard.ts';
import { parseQuery } from './query.ts';

export interface ParsedRequest {
  path: unknown;
  query: unknown;
  body: unknown;
  ifMatch?: number;
  idempotency?: Idempotency;
  observes?: true;
}

/** Checks for what no value may hold first: a schema must not even see it. */
function checkPart(faults: Faults, schema: Contract['path'], value: unknown): unknown {
  const forbidden = guardJson(value);
  for (const { path, message } of forbidden) faults.add(path || 'body', message);
  if (forbidden.length > 0) return undefined;
  if (schema !== undefined) return faults.check(schema, value);
  for (const name of Object.keys(value ?? {})) faults.unknown.push({ path: name, message: 'is not a known parameter' });
  return {};
}

/** `"3"`, or `*` for any version. */
function ifMatchOf(event: HttpEvent, faults: Faults): number | undefined {
  const text = headerOf(event, 'if-match')?.trim();
  if (text === undefined || text === '*') return undefined;
  const version = /^"?(\d{1,9})"?$/.exec(text)?.[1];
  if (version === undefined) faults.add('If-Match', 'must be one ETag such as "3", or *');
  return version === undefined ? undefined : Number(version);
}

function observesOf(event: HttpEvent, faults: Faults): boolean {
  const text = headerOf(event, 'x-auren-observe');
  if (text !== undefined && text !== 'true' && text !== 'false') faults.add('X-Auren-Observe', 'must be true or false');
  return text === 'true';
}

/** The fingerprint holds the bound agent too: two agents that pick the same key must not get each other's answer. */
function idempotencyOf(
  contract: Contract,
  event: HttpEvent,
  parts: { path: unknown; body: unknown; caller: Caller | null },
  faults: Faults,
): Idempotency | undefined {
  const key = headerOf(event, 'idempotency-key');
  if (key === undefined || contract.route.idempotent !== true) return undefined;
  // A comma means that the header came twice: the gateway joins them.
  if (!/^[\x21-\x2b\x2d-\x7e]{1,255}$/.test(key)) {
    faults.add(
      'Idempotency-Key',
      'must be given once, as 1 to 255 printable ASCII characters without blanks or commas',
    );
    return undefined;
  }
  const request = canonicalJson({
    route: contract.name,
    path: parts.path,
    body: parts.body,
    agent: parts.caller?.agentId ?? null,
  });
  return { key, fingerprint: createHash('sha256').update(request).digest('hex') };
}

function rawBody(contract: Contract, event: HttpEvent, faults: Faults): unknown {
  if (contract.body !== undefined) return jsonBody(event);
  if (hasBody(event)) faults.unknown.push({ path: 'body', message: 'is not taken by this operation' });
  return undefined;
}

/** The acting agents that the body names. */
function requireBodyAgents(contract: Contract, caller: Caller, body: unknown): void {
  const named = (item: unknown) => (item as { agent_id?: string | null }).agent_id;
  if (contract.agentIn === 'body') requireAgent(caller, named(body), 'agent_id');
  if (contract.agentIn === 'memories') {
    (body as { memories: unknown[] }).memories.forEach((item, index) => {
      requireAgent(caller, named(item), `memories[${index}].agent_id`);
    });
  }
}

/** Throws one `unknown_field` or `invalid_field` for all faults, or the fault of the body as a whole. */
export function parseRequest(contract: Contract, event: HttpEvent, caller: Caller | null): ParsedRequest {
  const pathValues = { ...event.pathParameters };
  if (caller !== null && contract.aboutAgent !== true) requireAgent(caller, pathValues.agent_id, 'agent_id');
  const faults = new Faults();
  const path = checkPart(faults, contract.path, pathValues);
  const query = checkPart(faults, contract.query, parseQuery(event.rawQueryString, contract.lists ?? [], faults));
  const raw = rawBody(contract, event, faults);
  const body = contract.body === undefined ? undefined : checkPart(faults, contract.body, raw);
  const ifMatch = contract.ifMatch === true ? ifMatchOf(event, faults) : undefined;
  const observes = contract.countsUses === true && observesOf(event, faults);
  faults.throwIfAny();
  const idempotency = idempotencyOf(contract, event, { path, body: raw ?? null, caller }, faults);
  faults.throwIfAny();
  if (caller !== null) requireBodyAgents(contract, caller, body);
  return {
    path,
    query,
    body,
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(idempotency === undefined ? {} : { idempotency }),
    ...(observes ? { observes } : {}),
  };
}
