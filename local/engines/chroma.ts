/** Chroma for the local run: the server that comes with the npm package `chromadb`, supervised, or the one `CHROMA_URL` names. */
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { freePort, LOOPBACK } from './port.ts';
import { Supervisor } from './supervise.ts';
import { type Engine, EngineError, type Log } from './types.ts';
import { externalEngine, supervisedEngine } from './wrap.ts';

export interface ChromaOptions {
  dataDir: string;
  log: Log;
  /** A Chroma to use instead of starting one. */
  chromaUrl?: string | undefined;
}

export interface ChromaEngine extends Engine {
  readonly name: 'chroma';
}

const HEARTBEAT_WITHIN_MS = 2_000;

export async function startChroma({ dataDir, log, chromaUrl }: ChromaOptions): Promise<ChromaEngine> {
  if (chromaUrl) return connectChroma(chromaUrl);
  const port = await freePort();
  const url = `http://${LOOPBACK}:${port}`;
  const cli = join(dirname(createRequire(import.meta.url).resolve('chromadb')), '..', 'cli.mjs');
  const supervisor = new Supervisor(
    {
      name: 'Chroma',
      dataDir,
      prepare: async () => {
        mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      },
      // Node runs the command-line file itself, so the process we hold is the server and no wrapper stands between.
      command: () => ({
        file: process.execPath,
        args: [cli, 'run', '--path', dataDir, '--host', LOOPBACK, '--port', String(port)],
      }),
      isReady: async () => (await whyUnreachable(url)) === undefined,
      stopSignal: 'SIGTERM',
      explain: explainOutput,
      transient: /Address .*(already )?in use/i,
    },
    log,
  );
  await supervisor.start();
  const description = `Chroma embedded, ${LOOPBACK}:${port}, data in ${dataDir}`;
  return supervisedEngine('chroma', supervisor, withoutFront(url), { nativeUrl: url, description });
}

async function connectChroma(chromaUrl: string): Promise<ChromaEngine> {
  if (!/^https?:\/\//.test(chromaUrl) || !URL.canParse(chromaUrl))
    throw new EngineError('CHROMA_URL must read http://host:port.');
  const url = chromaUrl.replace(/\/$/, '');
  const { host } = new URL(url);
  const failure = await whyUnreachable(url);
  if (failure)
    throw new EngineError(`Chroma at ${host} (CHROMA_URL) does not answer: ${failure}. Check that it runs there.`);
  return externalEngine('chroma', withoutFront(url), { nativeUrl: url, description: `Chroma at ${host} (CHROMA_URL)` });
}

/** Chroma speaks its production protocol itself. */
const withoutFront = (url: string) => ({ url, close: async () => undefined });

async function whyUnreachable(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/api/v2/heartbeat`, { signal: AbortSignal.timeout(HEARTBEAT_WITHIN_MS) });
    await response.arrayBuffer();
    return response.ok ? undefined : `HTTP ${response.status}`;
  } catch (error) {
    const { cause, message } = error as Error;
    return cause instanceof Error ? cause.message : message;
  }
}

function explainOutput(output: string): string | undefined {
  const [, library] = /(GLIBC(?:XX)?_[\d.]+)' not found/.exec(output) ?? [];
  if (library) {
    return `Chroma: this system's C library is older than ${library}. Run "npm ci", which installs the binding that package.json overrides to 1.0.5, or set CHROMA_URL to a Chroma of your own.`;
  }
  if (/Cannot find module 'chromadb-js-bindings|Unsupported (platform|architecture|Windows)/.test(output)) {
    return 'Chroma: its program for this system is not installed. Run "npm install" without --omit=optional, or set CHROMA_URL to a Chroma of your own.';
  }
  if (/in use/i.test(output)) return 'Chroma: its port is taken. Start again to get another one.';
  return undefined;
}
