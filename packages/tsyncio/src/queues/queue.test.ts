import { describe, expect, it } from "vitest";
import { type Coroutine, createTask, fromPromise, type Operation, run, sleep } from "../index.js";
import { type LockLike, lockLikeContract } from "../sync/lock-like.contract.js";
import { runVirtual } from "../testing.js";
import { queueContract } from "./queue.contract.js";
import { Queue } from "./queue.js";

queueContract("Queue", (maxsize) => new Queue(maxsize));

/** A lock made of a queue: who has got its one item holds it. Not fair: who puts may get again at once. */
class QueueLock implements LockLike {
  readonly #queue = new Queue<"token">(1);

  constructor() {
    this.#queue.putNowait("token");
  }

  acquire(): Operation<unknown> {
    return this.#queue.get();
  }

  release(): void {
    this.#queue.putNowait("token");
  }

  locked(): boolean {
    return this.#queue.empty();
  }

  enter(): Coroutine<unknown> {
    return this.#queue.get();
  }

  exit(): Coroutine<boolean> {
    return this.#giveBack();
  }

  *#giveBack(): Coroutine<boolean> {
    yield* this.#queue.put("token");
    return false;
  }
}

lockLikeContract({ name: "a queue of one item", make: () => new QueueLock(), fair: false });

describe("Queue", () => {
  it("Queue.get() gives items in the order they were put", () => {
    const queue = new Queue<number>();
    for (let item = 0; item < 50; item++) queue.putNowait(item);
    const items = Array.from({ length: 50 }, () => queue.getNowait());
    expect(items).toEqual(Array.from({ length: 50 }, (_, item) => item));
  });

  it("Queue.get() gives undefined and null as they were put", () => {
    const items = runVirtual(function* main() {
      const queue = new Queue<undefined | null>();
      const getter = createTask(queue.get());
      yield* sleep(0);
      yield* queue.put(undefined);
      yield* queue.put(null);
      return [yield* getter, yield* queue.get()];
    });
    expect(items).toEqual([undefined, null]);
  });

  it("Queue.get() can be awaited by plain async code", async () => {
    const queue = new Queue<string>();
    async function take(): Promise<string> {
      return await queue.get();
    }
    const item = await run(function* main() {
      const plain = take();
      yield* sleep(0);
      queue.putNowait("there");
      return yield* fromPromise(plain);
    });
    expect(item).toBe("there");
  });

  it("toString() tells the size, who waits and what is unfinished", () => {
    const seen = runVirtual(function* main() {
      const queue = new Queue<number>(1);
      const getter = createTask(queue.get());
      yield* sleep(0);
      const seen = [String(queue)];
      queue.putNowait(1);
      yield* getter;
      queue.putNowait(2);
      const putter = createTask(queue.put(3));
      yield* sleep(0);
      seen.push(String(queue));
      putter.cancel();
      return seen;
    });
    expect(seen).toEqual([
      "<Queue [maxsize=1 size=0 getters=1]>",
      "<Queue [maxsize=1 size=1 putters=1 tasks=2]>",
    ]);
  });
});
