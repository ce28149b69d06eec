/**
 * How many requests run at the same time. Those that may not yet wait in the order in which they came.
 *
 * A1. At most `concurrency` are running and at most `queue` waiting; nobody waits while there is room.
 */
export interface Admitted {
  /** It may run now. */
  begin(): void;
}

export class Admission {
  readonly #concurrency: number;
  readonly #queue: number;
  readonly #waiting = new Set<Admitted>();
  #running = 0;

  constructor(concurrency: number, queue: number) {
    this.#concurrency = concurrency;
    this.#queue = queue;
  }

  /** False where everybody is admitted: then nobody has to be counted. */
  get limited(): boolean {
    return this.#concurrency !== Number.POSITIVE_INFINITY;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Begins `request` or lets it wait; false when there is no room for either. */
  admit(request: Admitted): boolean {
    if (this.#running < this.#concurrency) {
      this.#running++;
      request.begin();
      return true;
    }
    if (this.#waiting.size >= this.#queue) return false;
    this.#waiting.add(request);
    return true;
  }

  /** `request` waits no more; false when it did not. */
  leave(request: Admitted): boolean {
    return this.#waiting.delete(request);
  }

  /** One that ran has ended: the next may. */
  release(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#running--;
      return;
    }
    this.#waiting.delete(next);
    next.begin();
  }
}
