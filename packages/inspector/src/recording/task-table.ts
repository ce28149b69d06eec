/**
 * What a recorder knows of each task, in columns: a task costs no object, and the collector finds nothing to trace.
 *
 * K1. A row belongs to a task from its creation until `capacity` tasks have ended after it.
 * K2. The row of a task that has ended holds no reference to it, nor to its result or error.
 */
import type { Task } from "tsyncio";
import { functionOf, labelOf, nameOf } from "./kernel-view.js";
import type { Outcome, Place, RecordedTask } from "./recording.js";

/** What few tasks have. */
export interface TaskNotes {
  cancels: number;
  cancelledAt: number | undefined;
  /** How many steps of any task had been taken then. */
  cancelledAfter: number;
  /** The name, or the number of an unnamed task, of who asked last. */
  cancelledBy: string | number | undefined;
  error: string | undefined;
}

/** The numbers of a row. */
const WIDTH = 8;
const ID = 0;
const CREATED_BY = 1;
const CREATED_AT = 2;
/** `NaN` while it is pending. */
const ENDED_AT = 3;
/** `NaN` while it waits; once it is done, how many steps of any task had been taken then. */
const READY_AT = 4;
const WOKEN_BY = 5;
const STEPS = 6;
const BUSY = 7;

const OUTCOMES: readonly Outcome[] = ["pending", "returned", "raised", "cancelled"];

/** One row for each task that is not done, and for those that ended last. */
export class TaskTable {
  readonly #capacity: number;
  #numbers = new Float64Array(64 * WIDTH);
  #outcomes = new Uint8Array(64);
  readonly #tasks: (Task<unknown> | undefined)[] = [];
  readonly #labels: (string | number)[] = [];
  readonly #places: (Place | undefined)[] = [];
  readonly #notes: (TaskNotes | undefined)[] = [];
  #used = 0;
  /** Rows of tasks that have ended, oldest first, in a ring. */
  #ended: Int32Array;
  #oldest = 0;
  #endedCount = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#ended = new Int32Array(capacity);
  }

  /** How many rows there are. */
  get length(): number {
    return this.#used;
  }

  /** A row for `task`, made by the task with number `by` (0: by none). */
  add(task: Task<unknown>, id: number, by: number, now: number): number {
    const row = this.#freeRow();
    const at = row * WIDTH;
    const numbers = this.#numbers;
    numbers[at + ID] = id;
    numbers[at + CREATED_BY] = by;
    numbers[at + CREATED_AT] = now;
    numbers[at + ENDED_AT] = Number.NaN;
    numbers[at + READY_AT] = now;
    numbers[at + WOKEN_BY] = by;
    numbers[at + STEPS] = 0;
    numbers[at + BUSY] = 0;
    this.#outcomes[row] = 0;
    this.#tasks[row] = task;
    this.#labels[row] = labelOf(task);
    this.#places[row] = functionOf(task);
    this.#notes[row] = undefined;
    return row;
  }

  /** The row of the task that ended first, once enough have. */
  #freeRow(): number {
    if (this.#endedCount === this.#capacity) {
      const row = this.#ended[this.#oldest] as number;
      this.#oldest = (this.#oldest + 1) % this.#capacity;
      this.#endedCount--;
      return row;
    }
    const row = this.#used++;
    if (row === this.#outcomes.length) this.#grow();
    return row;
  }

  #grow(): void {
    const outcomes = new Uint8Array(this.#outcomes.length * 2);
    outcomes.set(this.#outcomes);
    this.#outcomes = outcomes;
    const numbers = new Float64Array(outcomes.length * WIDTH);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
  }

  /** The task's number. */
  id(row: number): number {
    return this.#numbers[row * WIDTH + ID] as number;
  }

  /** The number of the task that made it. */
  createdBy(row: number): number {
    return this.#numbers[row * WIDTH + CREATED_BY] as number;
  }

  /** Since when it has been ready, and the number of the task that made it so: it is about to run. */
  readyAt(row: number): number {
    return this.#numbers[row * WIDTH + READY_AT] as number;
  }

  wokenBy(row: number): number {
    return this.#numbers[row * WIDTH + WOKEN_BY] as number;
  }

  /** It has been put into the ready queue. */
  wake(row: number, now: number, by: number): void {
    const at = row * WIDTH;
    this.#numbers[at + READY_AT] = now;
    this.#numbers[at + WOKEN_BY] = by;
  }

  /** A step has ended, after which it is ready again at `readyAt`, or waits (`NaN`). */
  addStep(row: number, seconds: number, readyAt: number): void {
    const at = row * WIDTH;
    const numbers = this.#numbers;
    numbers[at + READY_AT] = readyAt;
    numbers[at + WOKEN_BY] = 0;
    numbers[at + STEPS] = (numbers[at + STEPS] as number) + 1;
    numbers[at + BUSY] = (numbers[at + BUSY] as number) + seconds;
  }

  /** It is done, with the `step`th step of all; K2. */
  end(row: number, outcome: Outcome, now: number, step: number): void {
    this.#numbers[row * WIDTH + ENDED_AT] = now;
    this.#numbers[row * WIDTH + READY_AT] = step;
    this.#outcomes[row] = OUTCOMES.indexOf(outcome);
    this.#labels[row] = labelOf(this.#tasks[row] as Task<unknown>);
    this.#tasks[row] = undefined;
    this.#ended[(this.#oldest + this.#endedCount) % this.#capacity] = row;
    this.#endedCount++;
  }

  /** What few tasks have, made when it is first asked for. */
  notes(row: number): TaskNotes {
    let notes = this.#notes[row];
    if (notes === undefined) {
      notes = {
        cancels: 0,
        cancelledAt: undefined,
        cancelledAfter: 0,
        cancelledBy: undefined,
        error: undefined,
      };
      this.#notes[row] = notes;
    }
    return notes;
  }

  /** With which step of all an ended task ended; later than any step while it is pending. */
  endedAfter(row: number): number {
    return this.#tasks[row] === undefined
      ? (this.#numbers[row * WIDTH + READY_AT] as number)
      : Infinity;
  }

  /** After how many steps of all the last request to end came that no task made. */
  leftAfter(row: number): number | undefined {
    const notes = this.#notes[row];
    return notes === undefined || notes.cancels === 0 || notes.cancelledBy !== undefined
      ? undefined
      : notes.cancelledAfter;
  }

  /** The task of a row, undefined when it is done. */
  task(row: number): Task<unknown> | undefined {
    return this.#tasks[row];
  }

  /** What the row says; of what a task waits for nothing. */
  read(row: number): RecordedTask {
    const at = row * WIDTH;
    const numbers = this.#numbers;
    const task = this.#tasks[row];
    const notes = this.#notes[row];
    const by = notes?.cancelledBy;
    const readyAt = numbers[at + READY_AT] as number;
    return {
      id: numbers[at + ID] as number,
      name: nameOf(task === undefined ? (this.#labels[row] as string | number) : labelOf(task)),
      function: this.#places[row],
      createdBy: numbers[at + CREATED_BY] || undefined,
      createdAt: numbers[at + CREATED_AT] as number,
      endedAt: task === undefined ? (numbers[at + ENDED_AT] as number) : undefined,
      outcome: OUTCOMES[this.#outcomes[row] as number] as Outcome,
      error: notes?.error,
      cancels: notes?.cancels ?? 0,
      cancelledAt: notes?.cancelledAt,
      cancelledBy: by === undefined ? undefined : nameOf(by),
      readyAt: task === undefined || Number.isNaN(readyAt) ? undefined : readyAt,
      wokenBy: task === undefined ? undefined : numbers[at + WOKEN_BY] || undefined,
      leftBehind: false,
      waitsFor: undefined,
      waitsForTask: undefined,
      steps: numbers[at + STEPS] as number,
      busy: numbers[at + BUSY] as number,
    };
  }
}
