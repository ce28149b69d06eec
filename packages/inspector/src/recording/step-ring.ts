import type { RecordedStep, StepEnd } from "./recording.js";

export const WAITS = 0;
export const YIELDS = 1;
export const ENDED = 2;
/** Why a step ended. */
export type How = typeof WAITS | typeof YIELDS | typeof ENDED;

const NAMES: readonly StepEnd[] = ["waits", "yields", "done"];

/** The numbers of a step. */
const WIDTH = 8;
const BEGIN = 0;
const END = 1;
const READY_AT = 2;
const TASK = 3;
const WOKEN_BY = 4;
const ON_TASK = 5;
const HOW = 6;

/** The latest steps, in numbers: to write one takes nanoseconds and allocates nothing. Tasks are numbers; 0 is none. */
export class StepRing {
  readonly capacity: number;
  #numbers: Float64Array;
  /** What each waits for. */
  readonly #on: (string | undefined)[] = [];
  #next = 0;
  /** How many there were. */
  total = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#numbers = new Float64Array(Math.min(capacity, 256) * WIDTH);
  }

  /** How many have been overwritten. */
  get lost(): number {
    return Math.max(0, this.total - this.capacity);
  }

  /** Notes a step, in the place of the oldest when there is no other. */
  push(
    task: number,
    begin: number,
    end: number,
    readyAt: number,
    wokenBy: number,
    how: How,
    on: string | number | undefined,
  ): void {
    const index = this.#next;
    let numbers = this.#numbers;
    const at = index * WIDTH;
    if (at === numbers.length) {
      this.#grow();
      numbers = this.#numbers;
    }
    numbers[at + BEGIN] = begin;
    numbers[at + END] = end;
    numbers[at + READY_AT] = readyAt;
    numbers[at + TASK] = task;
    numbers[at + WOKEN_BY] = wokenBy;
    numbers[at + HOW] = how;
    if (typeof on === "number") {
      numbers[at + ON_TASK] = on;
      this.#on[index] = undefined;
    } else {
      numbers[at + ON_TASK] = 0;
      this.#on[index] = on;
    }
    this.#next = index + 1 === this.capacity ? 0 : index + 1;
    this.total++;
  }

  #grow(): void {
    const numbers = new Float64Array(Math.min(this.capacity * WIDTH, this.#numbers.length * 2));
    numbers.set(this.#numbers);
    this.#numbers = numbers;
  }

  /** The steps, oldest first. */
  *[Symbol.iterator](): Generator<RecordedStep, void, void> {
    const length = Math.min(this.total, this.capacity);
    const oldest = this.total > this.capacity ? this.#next : 0;
    const numbers = this.#numbers;
    for (let i = 0; i < length; i++) {
      const index = (oldest + i) % this.capacity;
      const at = index * WIDTH;
      const begin = numbers[at + BEGIN] as number;
      const readyAt = numbers[at + READY_AT] as number;
      yield {
        task: numbers[at + TASK] as number,
        begin,
        end: numbers[at + END] as number,
        // What was waited for was there already.
        readyAt: Number.isNaN(readyAt) ? begin : readyAt,
        wokenBy: numbers[at + WOKEN_BY] || undefined,
        how: NAMES[numbers[at + HOW] as number] as StepEnd,
        on: this.#on[index],
        onTask: numbers[at + ON_TASK] || undefined,
      };
    }
  }
}
