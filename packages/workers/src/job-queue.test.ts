import { expect, test } from "vitest";
import { JobQueue, type Queued } from "./job-queue.js";

class Entry implements Queued {
  readonly name: string;
  readonly priority: number;
  before: this | undefined = undefined;
  after: this | undefined = undefined;
  isQueued = false;

  constructor(name: string, priority = 0) {
    this.name = name;
    this.priority = priority;
  }
}

function namesOf(queue: JobQueue<Entry>): string {
  let names = "";
  for (let entry = queue.first; entry !== undefined; entry = entry.after) names += entry.name;
  expect(names).toHaveLength(queue.size);
  return names;
}

test("JobQueue.push() keeps the order within a priority, higher ones first", () => {
  const queue = new JobQueue<Entry>();
  for (const entry of ["a", "b"]) queue.push(new Entry(entry));
  queue.push(new Entry("H", 2));
  queue.push(new Entry("l", -1));
  queue.push(new Entry("I", 2));
  queue.push(new Entry("c"));
  expect(namesOf(queue)).toBe("HIabcl");
});

test("JobQueue.unshift() puts a job before those of its priority", () => {
  const queue = new JobQueue<Entry>();
  queue.unshift(new Entry("b"));
  queue.unshift(new Entry("a"));
  queue.push(new Entry("H", 2));
  queue.unshift(new Entry("G", 2));
  expect(namesOf(queue)).toBe("GHab");
});

test("JobQueue.remove() takes a job out of any place", () => {
  const queue = new JobQueue<Entry>();
  const entries = ["a", "b", "c", "d"].map((name) => new Entry(name));
  for (const entry of entries) queue.push(entry);
  const [a, b, c, d] = entries as [Entry, Entry, Entry, Entry];
  queue.remove(b);
  expect(namesOf(queue)).toBe("acd");
  queue.remove(d);
  queue.remove(a);
  expect(namesOf(queue)).toBe("c");
  queue.push(b);
  queue.remove(c);
  expect(namesOf(queue)).toBe("b");
  expect([a, b, c, d].map(({ isQueued }) => isQueued)).toEqual([false, true, false, false]);
  queue.remove(b);
  expect(queue.first).toBeUndefined();
});
