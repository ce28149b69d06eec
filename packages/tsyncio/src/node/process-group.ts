/** A process and all that it has started, as far as that has not left it on purpose by a session of its own. */
import { readdirSync, readFileSync } from "node:fs";

/** Windows has no groups: there a group is its first process. */
const HAS_GROUPS = process.platform !== "win32";

/**
 * Sends `signal` to all processes of the group of `pid`, and to `pid` alone when it leads none. False when there is
 * nobody left.
 */
export function signalGroup(pid: number, leads: boolean, signal: NodeJS.Signals | number): boolean {
  try {
    process.kill(leads && HAS_GROUPS ? -pid : pid, signal);
    return true;
  } catch (error) {
    // EPERM: those that are left belong to somebody else.
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ESRCH" || code === "EPERM") return false;
    throw error;
  }
}

/** True while a process of the group runs; those that have ended and wait to be noticed by their parent do not count. */
export function groupLives(pid: number): boolean {
  return HAS_GROUPS && signalGroup(pid, true, 0) && !onlyZombies(pid);
}

/** In a container without an `init`, nobody ever notices. */
function onlyZombies(group: number): boolean {
  if (process.platform !== "linux") return false;
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = statOf(entry);
    if (stat?.group === group && stat.state !== "Z" && stat.state !== "X") return false;
  }
  return true;
}

function statOf(pid: string): { state: string; group: number } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  // The name of the program, in brackets, may hold anything.
  const [state = "", , group] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state, group: Number(group) };
}
