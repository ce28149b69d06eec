/**
 * Changes of a file or folder as they happen. What the system tells is passed on as it is: it may tell one change twice,
 * or two as one.
 */
import { existsSync, type FSWatcher, type PathLike, statSync, watch as watchPath } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { CancelRequest } from "../../kernel/cancelled-error.js";
import { finished, type Suspension, suspend } from "../../kernel/current.js";
import { UsageError } from "../../kernel/errors.js";
import { Immediate } from "../../kernel/immediate.js";
import type { Loop } from "../../kernel/loop.js";
import { Operation } from "../../kernel/operation.js";
import { CANCELLED, DONE, PENDING, type State } from "../../kernel/waitable.js";
import type { AsyncContextManager } from "../../structured/async-context-manager.js";
import { errorAt } from "./file-operation.js";
import { toPathText } from "./open-file.js";

/** How many changes wait for their reader at the most. */
const CAPACITY = 1024;
/** The key of the change that stands for all. */
const OVERFLOW = "overflow";

/** Something has changed. */
export interface Change {
  /**
   * `change`: the content or the attributes; `rename`: a name has come or gone; `overflow`: more has changed than could
   * be kept, so everything must be looked at again.
   */
  readonly kind: "change" | "rename" | "overflow";
  /** What has changed; what is watched where the system does not say. */
  readonly path: string;
}

/** What `watch` takes besides the path. */
export interface WatchOptions {
  /** Watches the folders below too, as far as Node can on this system; false when nothing is given. */
  readonly recursive?: boolean | undefined;
}

type Step = IteratorResult<Change, undefined>;

const END: Step = { value: undefined, done: true };

class NextChange extends Operation<Step> {
  readonly #watcher: Watcher;
  readonly #dropped: () => void;

  constructor(watcher: Watcher, dropped: () => void) {
    super();
    this.#watcher = watcher;
    this.#dropped = dropped;
  }

  begin(loop: Loop): IteratorResult<Suspension, Step> {
    const step = this.#watcher.take();
    if (step !== undefined) return finished(step);
    this.#watcher.waiting.add(this);
    loop.promisesPending++;
    return suspend(this);
  }

  /** What has come is taken only now, so that a reader who was woken and cancelled has lost nothing. */
  override resume(): IteratorResult<Suspension, Step> {
    if (this.state === CANCELLED) throw this.takeCancelledError();
    this.state = PENDING;
    return this.begin(this.loop as Loop);
  }

  override finish(state: State, value: unknown): void {
    this.#leaveLine();
    super.finish(state, value);
  }

  override cancelWith(request: CancelRequest): boolean {
    if (!super.cancelWith(request)) return false;
    this.#dropped();
    return true;
  }

  override leave(): void {
    this.#leaveLine();
    this.#dropped();
  }

  #leaveLine(): void {
    if (this.#watcher.waiting.delete(this)) (this.loop as Loop).promisesPending--;
  }

  describe(): string {
    return `a change of ${this.#watcher.path}`;
  }
}

/**
 * Watches a file or folder, made by `watch()`. Changes are kept from the moment that it is open: by `asyncWith` that is
 * the beginning of the block, by `asyncFor` alone the beginning of the loop, with which it ends. The same change waits
 * once at the most until it is read.
 *
 * **Cancellation:** stops watching at once; inside a block of `asyncWith` it goes on to the end of the block.
 *
 * asyncio: none.
 */
export class Watcher implements AsyncContextManager<Watcher> {
  /** What is watched. */
  readonly path: string;
  /** @internal */
  readonly waiting = new Set<NextChange>();
  readonly #recursive: boolean;
  readonly #changes = new Map<string, Change>();
  #state: "made" | "open" | "closed" = "made";
  #source: FSWatcher | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** @internal */
  constructor(path: string, recursive: boolean) {
    this.path = path;
    this.#recursive = recursive;
  }

  /** The changes, for `asyncFor`. */
  [Symbol.asyncIterator](): { next(): Operation<Step>; return(): Operation<Step> } {
    let owned = false;
    const end = (): void => {
      if (owned) this.#close();
    };
    const next = (): Operation<Step> => {
      if (this.#state === "made") {
        owned = true;
        this.#open();
      }
      return new NextChange(this, end);
    };
    const stop = (): Operation<Step> =>
      new Immediate(() => {
        end();
        return END;
      });
    return { next, return: stop };
  }

  /**
   * Begins to watch; called by `asyncWith`.
   *
   * **Cancellation:** does not wait.
   * @throws {UsageError} the second time (`ERR_WATCHER_USED`).
   * @throws the system's error with the path, such as `ENOENT`.
   */
  enter(): Operation<Watcher> {
    return new Immediate(() => {
      if (this.#state !== "made") {
        throw new UsageError(
          "ERR_WATCHER_USED",
          `Cannot watch ${this.path}: this watcher was used before; call watch() for each block`,
        );
      }
      this.#open();
      return this;
    });
  }

  /**
   * Stops watching; called by `asyncWith`.
   *
   * **Cancellation:** does not wait.
   */
  exit(_error: unknown): Operation<boolean> {
    return new Immediate(() => {
      this.#close();
      return false;
    });
  }

  #open(): void {
    const { path } = this;
    const folder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    const source = watchPath(path, { recursive: this.#recursive });
    this.#state = "open";
    this.#source = source;
    source.on("change", (kind, name) => {
      const inside = folder && name !== null && !isItself(path, String(name));
      const changed = inside ? join(path, String(name)) : path;
      this.#add({ kind: kind === "rename" ? "rename" : "change", path: changed });
    });
    source.on("error", (error: NodeJS.ErrnoException) => {
      this.#failure = { error: errorAt(path, error) };
      this.#close();
    });
  }

  #add(change: Change): void {
    const changes = this.#changes;
    const key = `${change.kind} ${change.path}`;
    if (changes.has(OVERFLOW) || changes.has(key)) return;
    if (changes.size < CAPACITY) changes.set(key, change);
    else {
      changes.clear();
      changes.set(OVERFLOW, { kind: "overflow", path: this.path });
    }
    this.#wake();
  }

  #close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#source?.close();
    this.#source = undefined;
    this.#wake();
  }

  #wake(): void {
    for (const waiting of [...this.waiting]) waiting.finish(DONE, undefined);
  }

  /** @internal The next change, the end, or undefined when there is nothing yet. */
  take(): Step | undefined {
    for (const [key, value] of this.#changes) {
      this.#changes.delete(key);
      return { value, done: false };
    }
    const failure = this.#failure;
    if (failure !== undefined) {
      this.#failure = undefined;
      throw failure.error;
    }
    return this.#state === "closed" ? END : undefined;
  }
}

/** The system tells the end of a folder under the folder's own name, as if it were something in it. */
function isItself(folder: string, name: string): boolean {
  return name === basename(resolve(folder)) && !existsSync(folder);
}

/**
 * The changes of a file or folder as they happen: `yield* asyncFor(watch(path), function* (change) { … })`. With
 * `asyncWith(watch(path), function* (changes) { … })` nothing that happens in the block is missed.
 *
 * The system watches a file or folder and not its name: after one was replaced or deleted, nothing more is heard of it,
 * so watch the folder that holds a file which programs replace. A folder that goes is a `rename` with its own path.
 *
 * **Cancellation:** stops watching at once.
 *
 * asyncio: none.
 * @throws the system's error with the path, such as `ENOENT`, when it begins.
 */
export function watch(path: PathLike, { recursive = false }: WatchOptions = {}): Watcher {
  return new Watcher(toPathText(path), recursive);
}
