/** Brings a model's files into its directory: verified by checksum, renamed into place only when whole. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileUrl, type ModelFile, type ModelManifest } from './manifest.ts';

export interface Progress {
  start(file: string, totalBytes: number | undefined): void;
  advance(bytes: number): void;
  done(file: string, outcome: 'fetched' | 'present'): void;
}

/** For the headers; the body may take its time. */
const ANSWER_TIMEOUT_MS = 30_000;

/** Files that are there with the right checksum stay. Throws an error that says what to do; leaves no partial file behind. */
export async function fetchModel(
  manifest: ModelManifest,
  modelsDir: string,
  base: string,
  progress: Progress,
): Promise<void> {
  const dir = join(modelsDir, manifest.model);
  await mkdir(dir, { recursive: true });
  for (const file of manifest.files) {
    const target = join(dir, file.name);
    const present = existsSync(target) && (await sha256Of(target)) === file.sha256;
    if (!present) await fetchFile(fileUrl(base, manifest, file), file, target, progress);
    progress.done(file.name, present ? 'present' : 'fetched');
  }
}

async function fetchFile(url: string, file: ModelFile, target: string, progress: Progress): Promise<void> {
  const partial = `${target}.${process.pid}.part`;
  try {
    const { body, totalBytes } = await get(url);
    progress.start(file.name, totalBytes);
    const found = await store(body, partial, url, progress);
    if (found !== file.sha256) {
      throw new Error(
        `${url} has SHA-256 ${found}, expected ${file.sha256}: the file was changed on its way; not stored`,
      );
    }
    await rename(partial, target);
  } finally {
    await rm(partial, { force: true });
  }
}

async function get(url: string): Promise<{ body: Readable; totalBytes: number | undefined }> {
  const connecting = new AbortController();
  const timer = setTimeout(
    () => connecting.abort(new Error(`no answer in ${ANSWER_TIMEOUT_MS / 1_000} s`)),
    ANSWER_TIMEOUT_MS,
  );
  let response: Response;
  try {
    response = await fetch(url, { signal: connecting.signal });
  } catch (cause) {
    const hint = 'set AUREN_MODEL_MIRROR to a mirror of the hub, or HTTPS_PROXY to a proxy';
    throw new Error(`${new URL(url).origin} cannot be reached: ${hint}`, { cause });
  } finally {
    clearTimeout(timer);
  }
  if (!response.ok || !response.body) {
    throw new Error(`${url} answered HTTP ${response.status}: check AUREN_MODEL_MIRROR`);
  }
  return {
    body: Readable.fromWeb(response.body),
    totalBytes: Number(response.headers.get('content-length')) || undefined,
  };
}

/** Writes the body to the path and gives its SHA-256 in hex. */
async function store(body: Readable, path: string, url: string, progress: Progress): Promise<string> {
  const hash = createHash('sha256');
  body.on('data', (bytes: Buffer) => {
    hash.update(bytes);
    progress.advance(bytes.length);
  });
  try {
    await pipeline(body, createWriteStream(path));
  } catch (cause) {
    throw new Error(`the download of ${url} broke off: run npm run model:fetch again`, { cause });
  }
  return hash.digest('hex');
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
