/**
 * An observer that remembers the latest steps of all tasks, within a bound.
 *
 * R1. It keeps no result, no error and no coroutine of a task that is done. What it remembers of tasks that are not
 * done grows with their number, all else is bounded by `capacity`.
 * R2. The totals are counted beside the steps: they stay right when steps are overwritten.
 * R3. It schedules nothing, calls nothing of the program's and sees no error for it: what runs, and in which order, is the
 * same without it.
 * R4. A recording's times never run backwards, also when a second loop has a younger clock.
 *
 * A task's row in the table is noted on the task itself, under a symbol of the recorder's own: with a `Map` the making
 * of a task took 200 ns more. The clock is read when a step begins and when it ends, which is two thirds of a step's cost.
 */
import { type Observer, Task, type Waitable } from "tsyncio";
import { describeWait, errorOf, labelOf, nameOf, outcomeOf, standsAt } from "./kernel-view.js";
import { LoopClock } from "./loop-clock.js";
import { recordedTasks } from "./recorded-tasks.js";
import type { LongestStep, RecordedStep, Recording } from "./recording.js";
import { ENDED, type How, StepRing, WAITS, YIELDS } from "./step-ring.js";
import { TaskTable } from "./task-table.js";

/** What `Recorder` takes. */
export interface RecorderOptions {
  /** How many steps it remembers: 65,536 by default, which is 5 MiB, and as much again for as many tasks. */
  readonly capacity?: number | undefined;
}

const CAPACITY = 65_536;
/** Seconds of a step from which on it is worth milliseconds to find out where its task stands. */
const SLOW = 0.05;

type Marked = Task<unknown> & { [row: symbol]: number | undefined };

interface OpenStep {
  readonly task: Task<unknown>;
  readonly row: number;
  readonly begin: number;
}

/**
 * Remembers what the tasks of a loop do: the latest steps, who woke whom, what was waited for, how each ended. Set it as
 * a loop's `observer`.
 *
 * A step costs about 100 ns while it is recorded.
 *
 * @example
 * ```ts
 * import { sleep } from "tsyncio";
 * import { runVirtual } from "tsyncio/testing";
 * import { Recorder } from "@tsyncio/inspector";
 *
 * const recorder = new Recorder();
 * runVirtual(() => sleep("1h"), { observer: recorder });
 * recorder.snapshot().end; // => 3600
 * ```
 */
export class Recorder implements Observer {
  readonly #key = Symbol("tsyncio.recorder");
  readonly #steps: StepRing;
  readonly #tasks: TaskTable;
  readonly #totals = { tasks: 0, returned: 0, raised: 0, cancelled: 0 };
  #turns: number | undefined = undefined;
  #longest: LongestStep | undefined = undefined;
  #longestSeconds = 0;

  /** The task whose step runs, with its row and when the step began. */
  #open: Task<unknown> | undefined = undefined;
  #row = 0;
  #begin = 0;
  #how: How = YIELDS;
  #on: string | number | undefined = undefined;
  /** The steps in which this one began: eager starts. */
  readonly #outer: OpenStep[] = [];

  readonly #clock = new LoopClock();

  /** @throws {RangeError} when the capacity is no positive integer (`ERR_INVALID_ARG`). */
  constructor({ capacity = CAPACITY }: RecorderOptions = {}) {
    if (!Number.isSafeInteger(capacity) || capacity < 1) {
      throw Object.assign(
        new RangeError(
          `Cannot record: expected a positive integer as capacity, got ${String(capacity)}`,
        ),
        { code: "ERR_INVALID_ARG" },
      );
    }
    this.#steps = new StepRing(capacity);
    this.#tasks = new TaskTable(capacity);
  }

  /** A turn of the loop begins. */
  turnBegins(): void {
    this.#turns = (this.#turns ?? 0) + 1;
  }

  /** A task was made. */
  created(task: Task<unknown>, by: Task<unknown> | undefined): void {
    const now = this.#open === undefined ? this.#read(task) : this.#clock.now;
    this.#add(task, this.#idOf(by), now);
  }

  /** A step begins. */
  stepBegins(task: Task<unknown>): void {
    const row = (task as Marked)[this.#key] ?? this.#add(task, 0, this.#read(task));
    if (this.#open !== undefined) this.#suspendOpen(this.#open);
    this.#open = task;
    this.#row = row;
    this.#begin = this.#read(task);
  }

  /** The running step ends with a wait. */
  waits(task: Task<unknown>, on: Waitable<unknown> | undefined): void {
    if (this.#open !== task || on === undefined) return;
    this.#how = WAITS;
    this.#on = on instanceof Task ? this.#idOf(on) || nameOf(labelOf(on)) : describeWait(on);
  }

  /** A waiting task was put into the ready queue. */
  woken(task: Task<unknown>, _source: Waitable<unknown>, by: Task<unknown> | undefined): void {
    const now = this.#open === undefined ? this.#read(task) : this.#clock.now;
    const row = (task as Marked)[this.#key] ?? this.#add(task, 0, now);
    this.#tasks.wake(row, now, this.#idOf(by));
  }

  /** Somebody asked the task to end. */
  cancelRequested(task: Task<unknown>, by: Task<unknown> | undefined): void {
    const row = (task as Marked)[this.#key];
    if (row === undefined) return;
    const notes = this.#tasks.notes(row);
    notes.cancels++;
    notes.cancelledAt = this.#open === undefined ? this.#read(task) : this.#clock.now;
    notes.cancelledAfter = this.#steps.total;
    notes.cancelledBy = by === undefined ? undefined : labelOf(by);
  }

  /** The running step is the task's last. */
  done(task: Task<unknown>): void {
    if (this.#open === task) this.#how = ENDED;
  }

  /** The step has ended. */
  stepEnds(task: Task<unknown>): void {
    if (this.#open !== task) return;
    const now = this.#read(task);
    const row = this.#row;
    const how = this.#how;
    const tasks = this.#tasks;
    const seconds = now - this.#begin;
    this.#steps.push(
      tasks.id(row),
      this.#begin,
      now,
      tasks.readyAt(row),
      tasks.wokenBy(row),
      how,
      this.#on,
    );
    tasks.addStep(row, seconds, how === YIELDS ? now : Number.NaN);
    if (seconds > this.#longestSeconds) this.#noteLongest(task, seconds);
    if (how === ENDED) this.#end(task, row, now);
    this.#how = YIELDS;
    this.#on = undefined;
    if (this.#outer.length === 0) this.#open = undefined;
    else this.#resumeOuter(this.#outer.pop() as OpenStep);
  }

  /** What it remembers at this moment, as plain data. */
  snapshot(): Recording {
    const { loop, origin } = this.#clock;
    const running = this.#openSteps();
    const isRunning = new Set(running.map((step) => step.task));
    const tasks = recordedTasks(this.#tasks, (task) => this.#idOf(task)).map((task) =>
      isRunning.has(task.id) ? { ...task, readyAt: undefined, wokenBy: undefined } : task,
    );
    const known = new Set(tasks.map((task) => task.id));
    const steps = [...this.#steps].filter((step) => known.has(step.task));
    steps.push(...running);
    const pending = tasks.some((task) => task.outcome === "pending");
    const end = pending && loop !== undefined ? this.#clock.read(loop) : this.#clock.now;
    const lostSteps = this.#steps.lost;
    const stepping = new Set(steps.map((step) => step.task));
    return {
      host: loop?.host.name ?? "unknown",
      origin,
      start: lostSteps > 0 ? (steps[0]?.begin ?? end) : origin,
      end,
      tasks: tasks.filter((task) => task.outcome === "pending" || stepping.has(task.id)),
      steps,
      totals: { ...this.#totals, steps: this.#steps.total, turns: this.#turns },
      lostSteps,
      longest: this.#longest,
    };
  }

  #openSteps(): RecordedStep[] {
    const open = [...this.#outer];
    if (this.#open !== undefined) {
      open.push({ task: this.#open, row: this.#row, begin: this.#begin });
    }
    return open.map(({ task, row, begin }) => ({
      task: this.#tasks.id(row),
      begin,
      end: this.#read(task),
      readyAt: this.#tasks.readyAt(row),
      wokenBy: this.#tasks.wokenBy(row) || undefined,
      how: "running",
      on: undefined,
      onTask: undefined,
    }));
  }

  #add(task: Task<unknown>, by: number, now: number): number {
    const row = this.#tasks.add(task, ++this.#totals.tasks, by, now);
    (task as Marked)[this.#key] = row;
    return row;
  }

  #idOf(task: Task<unknown> | undefined): number {
    if (task === undefined) return 0;
    const row = (task as Marked)[this.#key];
    // The row of a task that has ended may be another's by now.
    return row === undefined || this.#tasks.task(row) !== task ? 0 : this.#tasks.id(row);
  }

  /** A step begins inside that of `task`; or `task` left its last step by an interrupt, without an end. */
  #suspendOpen(task: Task<unknown>): void {
    if (this.#how === ENDED) this.stepEnds(task);
    else this.#outer.push({ task, row: this.#row, begin: this.#begin });
  }

  #resumeOuter({ task, row, begin }: OpenStep): void {
    this.#open = task;
    this.#row = row;
    this.#begin = begin;
  }

  #end(task: Task<unknown>, row: number, now: number): void {
    const outcome = outcomeOf(task);
    if (outcome === "pending") return;
    this.#totals[outcome]++;
    if (outcome === "raised") this.#tasks.notes(row).error = errorOf(task);
    this.#tasks.end(row, outcome, now, this.#steps.total);
  }

  #noteLongest(task: Task<unknown>, seconds: number): void {
    this.#longestSeconds = seconds;
    this.#longest = {
      task: task.name,
      begin: this.#begin,
      seconds,
      place: standsAt(task, seconds >= SLOW),
    };
  }

  #read(task: Task<unknown>): number {
    return this.#clock.read(task.getLoop());
  }
}
