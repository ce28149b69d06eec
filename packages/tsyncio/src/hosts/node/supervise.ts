/**
 * What Node does for a run besides driving its loop. Ctrl-C: the first cancels the main task of every run, so that its
 * cleanup runs; the second stops waiting for it. The end of the process: a run that can never go on is reported instead
 * of a silent exit. Handlers are there only while a run is, and Ctrl-C is left alone where the program listens itself,
 * by `process.on` before its runs or by a signal handler on a loop.
 * Counterpart: `Runner._on_sigint`, except that a handler cannot run while code computes.
 */
import { isCancelled } from "../../kernel/cancelled-error.js";
import { deadlockError } from "../../kernel/deadlock.js";
import { KeyboardInterrupt } from "../../kernel/errors.js";
import type { SupervisedRun, Supervision } from "../../kernel/host.js";
import { endBySignal, signalListeners } from "./end-process.js";

class Watch implements Supervision {
  readonly run: SupervisedRun;
  #interrupts = 0;
  #stalled = false;

  constructor(run: SupervisedRun) {
    this.run = run;
  }

  interrupt(): void {
    const { run } = this;
    if (++this.#interrupts > 1 || run.main.done())
      run.giveUp(noteInterrupt(new KeyboardInterrupt()));
    else run.main.cancel();
  }

  /** The process has nothing left to wait for. A run whose cleanup cannot go on either is given up. */
  stall(): void {
    const { scope } = this.run;
    const error = deadlockError(scope.loop, [scope]);
    if (this.#stalled) this.run.giveUp(error);
    else this.run.abandon(error);
    this.#stalled = true;
  }

  outcome(error: unknown): unknown {
    if (error instanceof KeyboardInterrupt) return noteInterrupt(error);
    if (this.#interrupts === 0 || !isCancelled(error) || this.run.main.uncancel() > 0) return error;
    return noteInterrupt(new KeyboardInterrupt());
  }

  release(): void {
    watches.delete(this);
    if (watches.size > 0) return;
    process.removeListener("SIGINT", onInterrupt);
    process.removeListener("beforeExit", onStall);
  }
}

const watches = new Set<Watch>();

function onInterrupt(): void {
  for (const watch of [...watches]) watch.interrupt();
}

function onStall(): void {
  for (const watch of [...watches]) watch.stall();
}

/** Ctrl-C is somebody else's from now on. */
export function yieldInterrupts(): void {
  process.removeListener("SIGINT", onInterrupt);
}

/** Ctrl-C is the runs' own again, unless somebody listens besides the one who is about to go. */
export function reclaimInterrupts(): void {
  if (watches.size > 0 && signalListeners("SIGINT") === 1) process.on("SIGINT", onInterrupt);
}

/** Watches `run` until it is released. */
export function supervise(run: SupervisedRun): Supervision {
  if (watches.size === 0) {
    process.on("beforeExit", onStall);
    if (signalListeners("SIGINT") === 0) process.on("SIGINT", onInterrupt);
  }
  const watch = new Watch(run);
  watches.add(watch);
  return watch;
}

/** The `KeyboardInterrupt`s that runs ended with. */
const interrupts = new Set<unknown>();

function noteInterrupt(error: KeyboardInterrupt): KeyboardInterrupt {
  if (interrupts.size === 0) process.on("uncaughtException", endByInterrupt);
  interrupts.add(error);
  return error;
}

/** An interrupt that nobody caught ends the process by the signal itself: exit code 130, and no stack. */
function endByInterrupt(error: unknown): void {
  process.removeListener("uncaughtException", endByInterrupt);
  if (interrupts.has(error)) {
    endBySignal("SIGINT");
    return;
  }
  // Not ours: as without this listener.
  if (process.listenerCount("uncaughtException") > 0) return;
  console.error(error);
  process.exit(process.exitCode || 1);
}
