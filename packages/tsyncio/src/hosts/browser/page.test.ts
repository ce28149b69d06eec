/** What a page needs of the loop it shares its thread with. */
import { describe, expect, test } from "vitest";
import { type Coroutine, createTask, Future, fromPromise, run, sleep } from "../../index.js";

describe("a loop in a page", () => {
  test("lets frames be drawn while tasks reschedule for ever", async () => {
    let frames = 0;
    const count = (): void => {
      if (++frames < 3) requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
    const spins = function* (): Coroutine<number> {
      while (frames < 3) yield* sleep(0);
      return frames;
    };
    expect(await run(spins)).toBe(3);
  });

  test("keeps an IndexedDB transaction alive over awaits", async () => {
    const request = function* <T>(of: IDBRequest<T>): Coroutine<T> {
      const future = new Future<T>();
      of.onsuccess = () => future.setResult(of.result);
      of.onerror = () => future.setException(of.error);
      return yield* future;
    };
    const sum = await run(function* main() {
      const opening = indexedDB.open("tsyncio-test", 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("numbers");
      const database = yield* request(opening);
      try {
        const store = database.transaction("numbers", "readwrite").objectStore("numbers");
        for (let i = 1; i <= 4; i++) yield* request(store.put(i, i));
        yield* sleep(0);
        let sum = 0;
        for (let i = 1; i <= 4; i++) {
          // A task of its own, and a promise: both within the callback of the request before.
          const value = yield* createTask(request<number>(store.get(i)));
          sum += yield* fromPromise(Promise.resolve(value));
        }
        return sum;
      } finally {
        database.close();
        indexedDB.deleteDatabase("tsyncio-test");
      }
    });
    expect(sum).toBe(10);
  });
});
