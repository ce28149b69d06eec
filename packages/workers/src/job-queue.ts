/** What a queued job carries for the queue. */
export interface Queued {
  readonly priority: number;
  before: this | undefined;
  after: this | undefined;
  isQueued: boolean;
}

/** Jobs that wait for a worker: by priority, then in the order they came. A linked list, so that any can leave. */
export class JobQueue<T extends Queued> {
  #first: T | undefined;
  #last: T | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): T | undefined {
    return this.#first;
  }

  /** Adds `job` behind those of the same priority. */
  push(job: T): void {
    let before = this.#last;
    while (before !== undefined && before.priority < job.priority) before = before.before;
    this.#insert(job, before);
  }

  /** Adds a job that has had its turn before those of the same priority. */
  unshift(job: T): void {
    let before: T | undefined;
    let next = this.#first;
    while (next !== undefined && next.priority > job.priority) {
      before = next;
      next = next.after;
    }
    this.#insert(job, before);
  }

  #insert(job: T, before: T | undefined): void {
    const after = before === undefined ? this.#first : before.after;
    job.before = before;
    job.after = after;
    if (before === undefined) this.#first = job;
    else before.after = job;
    if (after === undefined) this.#last = job;
    else after.before = job;
    job.isQueued = true;
    this.#size++;
  }

  remove(job: T): void {
    if (job.before === undefined) this.#first = job.after;
    else job.before.after = job.after;
    if (job.after === undefined) this.#last = job.before;
    else job.after.before = job.before;
    job.before = undefined;
    job.after = undefined;
    job.isQueued = false;
    this.#size--;
  }
}
