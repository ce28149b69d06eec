/**
 * What ends a program that computes and does not hear Ctrl-C: no handler of its own can run then.
 * A shell in the same process group, which a terminal's Ctrl-C reaches as well, counts. The first
 * one is the program's to handle; at the second the program has half a second to show that it
 * heard, then it is killed (exit code 137).
 *
 * The shell costs about 6 ms; a second Node would cost 65. It is started before the program is
 * loaded and so listens before the program can; a shell that is started when the program first
 * listens for the signal was killed by it once in a while. Where there is no `sh` there is no
 * watchdog.
 *
 * A signal that is sent to the program alone (`kill -INT`) does not reach the shell.
 */

import { type ChildProcess, spawn } from "node:child_process";

/** Milliseconds after which a Ctrl-C that the program has heard no longer counts as the first. */
const FORGETTING = 10_000;

/**
 * INT counts, USR1 says that the program has heard, USR2 that nothing counts any more; the end of
 * standard input, which `cat` waits for, is the end of the program. `$1` is its process. The traps
 * only count: what they would start could be overtaken by the next one.
 */
const COUNT = `
n=0
trap 'n=$((n+1))' INT
trap '[ $n -gt 1 ] && n=1' USR1
trap 'n=0' USR2
exec 3<&0
cat <&3 >/dev/null 2>&1 &
program=$!
while :; do
  wait $program && break
  kill -0 $program 2>/dev/null || break
  [ $n -ge 2 ] || continue
  (trap '' INT; exec sleep 0.5) >/dev/null 2>&1
  [ $n -ge 2 ] || continue
  kill -9 "$1" 2>/dev/null && echo "Killed: the program computes and did not hear Ctrl-C" >&2
  break
done`;

/** What the watched program can say. */
export interface Watchdog {
  /** The next Ctrl-C is the first again. */
  forget(): void;
}

/** Watches over this process from now on; `onHeard` is called when the program hears Ctrl-C. */
export function installWatchdog(onHeard?: () => void): Watchdog {
  if (process.platform === "win32") return { forget: () => {} };
  const shell = startShell();
  const forget = (): void => void shell.kill("SIGUSR2");
  let forgetting: NodeJS.Timeout | undefined;
  const onInterrupt = (): void => {
    onHeard?.();
    shell.kill("SIGUSR1");
    clearTimeout(forgetting);
    forgetting = setTimeout(forget, FORGETTING).unref();
  };
  process.on("newListener", (event, listener) => {
    if (event !== "SIGINT" || listener === onInterrupt) return;
    if (!process.listeners("SIGINT").includes(onInterrupt)) process.on("SIGINT", onInterrupt);
  });
  // A listener of ours alone would only keep Ctrl-C from ending the process.
  process.on("removeListener", (event, listener) => {
    if (event !== "SIGINT" || listener === onInterrupt) return;
    if (process.listenerCount("SIGINT") === 1) process.removeListener("SIGINT", onInterrupt);
  });
  return { forget };
}

function startShell(): ChildProcess {
  const shell = spawn("/bin/sh", ["-c", COUNT, "tsyncio-watchdog", String(process.pid)], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  // Without it Ctrl-C still works as long as the program hears.
  shell.on("error", () => {});
  shell.stdin?.on("error", () => {});
  shell.unref();
  (shell.stdin as unknown as { unref(): void } | null)?.unref();
  return shell;
}
