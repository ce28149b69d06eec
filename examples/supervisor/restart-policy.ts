/** When a child process that has ended is started again, and when no more. */

/** What a policy may be given; all times in seconds. */
export interface RestartOptions {
  /** The wait before the first restart; each further one waits twice as long. */
  readonly firstDelay?: number;
  /** The longest wait. */
  readonly maxDelay?: number;
  /** Who has lived for so long is well again: its next wait is the first. */
  readonly stable?: number;
  /** So many restarts are allowed … */
  readonly restarts?: number;
  /** … within this time. */
  readonly within?: number;
}

/** The restarts of one child. */
export class RestartPolicy {
  readonly #options: Required<RestartOptions>;
  #delay: number;
  /** When it was to be started again, the recent ones. */
  #restarts: number[] = [];

  constructor(options: RestartOptions = {}) {
    this.#options = {
      firstDelay: 0.1,
      maxDelay: 10,
      stable: 30,
      restarts: 5,
      within: 60,
      ...options,
    };
    this.#delay = this.#options.firstDelay;
  }

  /** How long to wait after a life from `born` to `died`; undefined when it was one too many. */
  delayAfter(born: number, died: number): number | undefined {
    const { firstDelay, maxDelay, stable, restarts, within } = this.#options;
    this.#restarts = this.#restarts.filter((time) => time > died - within);
    if (this.#restarts.length >= restarts) return undefined;
    this.#restarts.push(died);
    if (died - born >= stable) this.#delay = firstDelay;
    const delay = Math.min(this.#delay, maxDelay);
    this.#delay = 2 * delay;
    return delay;
  }
}
