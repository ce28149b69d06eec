/**
 * The end of the process, for what must not outlive it: child processes. What is registered here is done when the process
 * exits, and before a signal that nobody else listens for ends it; nothing can be done about SIGKILL.
 *
 * Counterpart: none; the children of a Python program outlive it.
 */

/** What ends a process unless somebody listens: Ctrl-C, `kill`, a terminal that goes, Ctrl-\. */
const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

const actions = new Set<() => void>();

/** Calls `action`, which must not wait, before the process ends, until the returned function is called. */
export function beforeEnd(action: () => void): () => void {
  if (actions.size === 0) {
    process.on("exit", act);
    for (const signal of SIGNALS) process.on(signal, onSignal);
  }
  actions.add(action);
  return () => {
    if (!actions.delete(action) || actions.size > 0) return;
    process.removeListener("exit", act);
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  };
}

function act(): void {
  for (const action of [...actions]) action();
}

function onSignal(signal: NodeJS.Signals): void {
  if (signalListeners(signal) === 0) endBySignal(signal);
}

/** How many listen for `signal`, without the one that is here. */
export function signalListeners(signal: NodeJS.Signals): number {
  return process.listeners(signal).filter((listener) => listener !== onSignal).length;
}

/** Ends the process as `signal` does when nobody listens for it: the shell shows code 143 for SIGTERM, 130 for SIGINT. */
export function endBySignal(signal: NodeJS.Signals): void {
  act();
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
