/** An IndexedDB transaction commits when a microtask checkpoint passes without a request: it must survive an await. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  asyncWith,
  type Coroutine,
  createTask,
  Event,
  Future,
  fromPromise,
  gather,
  Lock,
  Queue,
  run,
  sleep,
  TaskGroup,
} from "../index.js";

const NAME = "tsyncio-test";
let database: IDBDatabase;

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** The request as a future, set by its own event. */
function asFuture<T>(request: IDBRequest<T>): Future<T> {
  const future = new Future<T>();
  request.onsuccess = () => future.setResult(request.result);
  request.onerror = () => future.setException(request.error);
  return future;
}

beforeEach(async () => {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("items");
  database = await settled(opening);
});

afterEach(async () => {
  database.close();
  await settled(indexedDB.deleteDatabase(NAME));
});

function items(): IDBObjectStore {
  return database.transaction("items", "readwrite").objectStore("items");
}

describe("an IndexedDB transaction", () => {
  it("fromPromise() of a request keeps the transaction open for the next one", async () => {
    const seen = await run(function* main() {
      const store = items();
      for (let n = 0; n < 5; n++) yield* fromPromise(settled(store.put(n, `key ${n}`)));
      return yield* fromPromise(settled(store.count()));
    });
    expect(seen).toBe(5);
  });

  it("a Future set by the request's event keeps the transaction open", async () => {
    const seen = await run(function* main() {
      const store = items();
      for (let n = 0; n < 5; n++) yield* asFuture(store.put(n, `key ${n}`));
      return yield* asFuture(store.count());
    });
    expect(seen).toBe(5);
  });

  it("the awaits between two requests may be tasks, locks, queues and groups", async () => {
    const seen = await run(function* main() {
      const store = items();
      const lock = new Lock();
      const queue = new Queue<number>();
      const event = new Event();
      yield* fromPromise(settled(store.put(0, "begin")));
      for (let n = 0; n < 100; n++) yield* sleep(0);
      yield* asyncWith(lock, () => sleep(0));
      yield* asyncWith(new TaskGroup(), function* block(group) {
        group.createTask(function* producer() {
          yield* sleep(0);
          queue.putNowait(1);
          event.set();
        });
        yield* queue.get();
        yield* event.wait();
      });
      yield* gather(sleep(0), createTask(sleep(0)), Promise.resolve());
      yield* fromPromise(settled(store.put(1, "end")));
      return yield* fromPromise(settled(store.count()));
    });
    expect(seen).toBe(2);
  });

  it("several tasks may use one transaction", async () => {
    const seen = await run(function* main() {
      const store = items();
      function* write(n: number): Coroutine<void> {
        yield* fromPromise(settled(store.put(n, n)));
        yield* sleep(0);
        yield* fromPromise(settled(store.put(n, n + 100)));
      }
      yield* gather(Array.from({ length: 10 }, (_, n) => write(n)));
      return yield* fromPromise(settled(store.count()));
    });
    expect(seen).toBe(20);
  });

  it("a wait for time lets it commit: the next request is refused", async () => {
    const error = await run(function* main() {
      const store = items();
      yield* fromPromise(settled(store.put(1, "key")));
      yield* sleep("30ms");
      return yield* fromPromise(settled(store.count()));
    }).catch((error: unknown) => error);
    expect((error as DOMException).name).toBe("TransactionInactiveError");
  });
});
