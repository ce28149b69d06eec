/**
 * What is known of a child process, and how it ends.
 *
 * | state | `returncode` | leaves to |
 * | --- | --- | --- |
 * | running | null | exited |
 * | exited | set | |
 *
 * C1. While it runs, and while a block holds it and something of its group runs, it is ended with this process.
 * C2. What a run has started and still runs when the run ends is ended with it.
 * C3. A group is signalled only while its first process runs, or when something of it was left when that exited: the
 * number of a group that is gone may belong to another.
 */
import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";
import { beforeEnd } from "../hosts/node/end-process.js";
import type { Coroutine } from "../kernel/coroutine.js";
import { TimeoutError } from "../kernel/errors.js";
import type { Loop } from "../kernel/loop.js";
import type { Operation } from "../kernel/operation.js";
import { Routine } from "../kernel/routine.js";
import { runningLoop } from "../kernel/running-loop.js";
import type { Scope } from "../kernel/scope.js";
import { DONE } from "../kernel/waitable.js";
import { gather } from "../structured/gather.js";
import { sleep } from "../structured/sleep.js";
import { waitFor } from "../structured/wait-for.js";
import { groupLives, signalGroup } from "./process-group.js";
import { ProcessWait } from "./process-wait.js";

/** Seconds in which the system gets rid of what was killed. */
const BURIAL = 1;
/** Seconds between two looks at a group, at the most. */
const LONGEST_LOOK = 0.05;

export class Child {
  readonly pid: number;
  /** The program and its arguments, for messages. */
  readonly label: string;
  /** It leads a group. */
  readonly leads: boolean;
  /** Seconds between telling it to end and killing it. */
  readonly grace: number;
  returncode: number | null = null;
  readonly waiting = new Set<ProcessWait>();
  /** A block ends it. */
  held = false;
  #groupLeft: boolean;
  readonly #release: () => void;

  constructor(process: ChildProcess, label: string, leads: boolean, grace: number) {
    this.pid = process.pid as number;
    this.label = label;
    this.leads = leads;
    this.grace = grace;
    this.#groupLeft = leads;
    const unguard = beforeEnd(() => this.signal("SIGKILL"));
    const disown = own(this, runningLoop("start process"));
    this.#release = () => {
      unguard();
      disown();
    };
    process.once("exit", (code, signal) => this.#exited(code, signal));
  }

  #exited(code: number | null, signal: NodeJS.Signals | null): void {
    this.returncode = code ?? -constants.signals[signal as NodeJS.Signals];
    this.#groupLeft = this.leads && groupLives(this.pid);
    for (const wait of [...this.waiting]) wait.finish(DONE, this.returncode);
    if (!this.held) this.letGo();
  }

  /** Nobody answers for what is left of it. */
  letGo(): void {
    this.held = false;
    if (this.returncode !== null) this.#release();
  }

  /** Sends a signal to its whole group; false when nobody is left. */
  signal(signal: NodeJS.Signals): boolean {
    if (this.returncode !== null && !this.#groupLeft) return false;
    return signalGroup(this.pid, this.leads, signal);
  }

  /** True when it and its group have ended. */
  get gone(): boolean {
    if (this.returncode === null) return false;
    this.#groupLeft &&= groupLives(this.pid);
    return !this.#groupLeft;
  }

  wait(): Operation<number> {
    return new ProcessWait(this);
  }

  /** Tells the group to end, kills what is left of it after `grace` seconds, and waits. */
  *end(grace: number): Coroutine<number> {
    try {
      if (grace > 0 && this.signal("SIGTERM")) yield* this.#goneWithin(grace);
    } finally {
      if (!this.gone) {
        this.signal("SIGKILL");
        yield* this.wait();
        yield* this.#goneWithin(BURIAL);
      }
    }
    return yield* this.wait();
  }

  /** Waits until all of it has ended, for so many seconds. The system tells of the first process only. */
  *#goneWithin(seconds: number): Coroutine<void> {
    const loop = runningLoop("end process");
    const deadline = loop.time() + seconds;
    if (this.returncode === null) {
      try {
        yield* waitFor(this.wait(), seconds === Infinity ? null : seconds);
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
      }
    }
    for (let pause = 0.001; !this.gone; pause = Math.min(2 * pause, LONGEST_LOOK)) {
      const left = deadline - loop.time();
      if (left <= 0) return;
      yield* sleep(Math.min(pause, left));
    }
  }

  toString(): string {
    const state = this.returncode === null ? "running" : `returncode=${this.returncode}`;
    return `<Process ${this.pid} ${this.label} ${state}>`;
  }
}

/** The processes that a run has started and that have not ended. */
class RunChildren {
  readonly #children = new Set<Child>();
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  add(child: Child): void {
    this.#children.add(child);
    this.#scope.generators.add(this);
  }

  remove(child: Child): void {
    this.#children.delete(child);
    if (this.#children.size === 0) this.#scope.generators.delete(this);
  }

  /** The run ends: all at once. */
  return(): Operation<unknown> {
    return new Routine("ending the processes of a run", this.#end());
  }

  *#end(): Coroutine<void> {
    yield* gather([...this.#children].map((child) => child.end(child.grace)));
  }
}

const runs = new WeakMap<Scope, RunChildren>();

/** Makes the current run end `child`, until the returned function is called. */
function own(child: Child, loop: Loop): () => void {
  const scope = loop.currentScope();
  const children = runs.get(scope) ?? new RunChildren(scope);
  runs.set(scope, children);
  children.add(child);
  return () => children.remove(child);
}
