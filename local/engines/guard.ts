/**
 * No orphans, however this process ends. A tiny shell holds the other end of a pipe: when the pipe closes (exit, crash,
 * even SIGKILL of this process) it stops every engine that is still listed. It is one `sh` per process, started with
 * the first engine.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';

/**
 * Lines: `add <pid> <signal>` and `del <pid>`. Its own process group keeps a Ctrl-C in the terminal from ending it
 * before its work. SIGKILL follows for an engine
 * that does not heed its signal within 5 s.
 */
const SCRIPT = `
list=""
while read -r verb pid signal; do
  case "$verb" in
    add) list="$list $pid:$signal" ;;
    del) kept=""; for one in $list; do [ "\${one%%:*}" = "$pid" ] || kept="$kept $one"; done; list="$kept" ;;
  esac
done
for one in $list; do kill -s "\${one#*:}" "\${one%%:*}" 2>/dev/null; done
for second in 1 2 3 4 5; do
  alive=""; for one in $list; do kill -s 0 "\${one%%:*}" 2>/dev/null && alive="$alive $one"; done
  [ -n "$alive" ] || exit 0
  sleep 1
done
for one in $alive; do kill -s KILL "\${one%%:*}" 2>/dev/null; done
`;

let shell: ChildProcess | undefined;
const guarded = new Map<number, NodeJS.Signals>();

/** From now on the process does not outlive this one. */
export function guard(pid: number, signal: NodeJS.Signals): void {
  if (guarded.size === 0) process.on('exit', stopAll);
  guarded.set(pid, signal);
  if (shell) tell(shell, pid, signal);
  else shell = startShell();
}

/** The process has ended; its id may soon mean another one. */
export function unguard(pid: number): void {
  if (!guarded.delete(pid)) return;
  shell?.stdin?.write(`del ${pid}\n`);
  if (guarded.size > 0) return;
  process.off('exit', stopAll);
  shell?.stdin?.end();
  shell = undefined;
}

function tell(to: ChildProcess, pid: number, signal: NodeJS.Signals): void {
  to.stdin?.write(`add ${pid} ${signal.replace(/^SIG/, '')}\n`);
}

/** Without a POSIX shell (Windows) only the exit handler stands guard. */
function startShell(): ChildProcess | undefined {
  if (process.platform === 'win32') return undefined;
  const started = spawn('sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  // Neither the shell nor its pipe may keep this process alive.
  started.unref();
  if (started.stdin instanceof Socket) started.stdin.unref();
  const lost = () => {
    if (shell === started) shell = undefined;
  };
  started.on('error', lost).on('exit', lost);
  started.stdin?.on('error', lost);
  for (const [pid, signal] of guarded) tell(started, pid, signal);
  return started;
}

function stopAll(): void {
  for (const [pid, signal] of guarded) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      // ESRCH: it has ended by itself, which is what was wanted.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
