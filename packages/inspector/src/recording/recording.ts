/**
 * What a recorder has seen, as plain data: it can be kept, sent to a worker or a page, and read by whoever draws. Times
 * are seconds on the clock of the program's loop.
 */

/** How a task stands or ended. */
export type Outcome = "pending" | "returned" | "raised" | "cancelled";

/** A function as it is written in its source. */
export interface Place {
  readonly name: string;
  /** A path or URL. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Why a step ended. */
export type StepEnd =
  /** It waits for something. */
  | "waits"
  /** It gave up its turn and goes on in the next one. */
  | "yields"
  /** Its task has ended. */
  | "done"
  /** It had not ended when the recording was taken. */
  | "running";

/** One step of a task: from where it was resumed to its next wait, or its end. */
export interface RecordedStep {
  /** The task's `id`. */
  readonly task: number;
  readonly begin: number;
  readonly end: number;
  /** When the task became ready to run; the step began when its turn came. */
  readonly readyAt: number;
  /** The task in whose step that happened (who made it, released the lock, set the event …), if it was one. */
  readonly wokenBy: number | undefined;
  readonly how: StepEnd;
  /** What it waits for from then on, in words; undefined where that is a task. */
  readonly on: string | undefined;
  /** The task it waits for from then on. */
  readonly onTask: number | undefined;
}

/** A task of a recording. */
export interface RecordedTask {
  /** Counts from 1 in the order of creation. */
  readonly id: number;
  readonly name: string;
  /** The function it runs, where that is known: of lowered `async` functions. */
  readonly function: Place | undefined;
  /** The task that made it. */
  readonly createdBy: number | undefined;
  readonly createdAt: number;
  /** Undefined while it is pending. */
  readonly endedAt: number | undefined;
  readonly outcome: Outcome;
  /** What it raised, in one line. */
  readonly error: string | undefined;
  /** How often somebody asked it to end, and when that was last. */
  readonly cancels: number;
  readonly cancelledAt: number | undefined;
  /** The name of the task that asked last; undefined when it was no task. */
  readonly cancelledBy: string | undefined;
  /** It was cancelled by its run, whose main task had ended. */
  readonly leftBehind: boolean;
  /** Since when it has been ready to run and has not, and the task that made it so, if it was one. */
  readonly readyAt: number | undefined;
  readonly wokenBy: number | undefined;
  /** What a pending task waits for, in words; undefined where that is a task. */
  readonly waitsFor: string | undefined;
  /** The task that a pending task waits for. */
  readonly waitsForTask: number | undefined;
  /** How many steps it has taken, those that are no longer recorded included. */
  readonly steps: number;
  /** Seconds spent in its steps, those that are no longer recorded included. */
  readonly busy: number;
}

/** The step that kept all others waiting for the longest time. */
export interface LongestStep {
  /** The name of its task. */
  readonly task: string;
  readonly begin: number;
  readonly seconds: number;
  /** `function (file:line)` where the task stood when the step had ended; as far as that is known. */
  readonly place: string | undefined;
}

/** What a `Recorder` has seen. */
export interface Recording {
  /** What the loop stood on: `node`, `browser`, `virtual`, `blocking`. */
  readonly host: string;
  /** When the recorder saw its first task. */
  readonly origin: number;
  /** When the first thing that is still recorded happened. */
  readonly start: number;
  readonly end: number;
  /** In the order of their creation. */
  readonly tasks: readonly RecordedTask[];
  /** In the order in which they ended. */
  readonly steps: readonly RecordedStep[];
  /** Over the whole program, what is no longer recorded included. */
  readonly totals: {
    readonly tasks: number;
    readonly steps: number;
    /** Turns of the loop; undefined where the loop does not tell. */
    readonly turns: number | undefined;
    readonly returned: number;
    readonly raised: number;
    readonly cancelled: number;
  };
  /** How many of the oldest steps had to go to stay within the recorder's capacity. */
  readonly lostSteps: number;
  readonly longest: LongestStep | undefined;
}
