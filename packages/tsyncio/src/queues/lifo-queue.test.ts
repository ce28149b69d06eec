import { describe, expect, it } from "vitest";
import { LifoQueue } from "./lifo-queue.js";
import { queueContract } from "./queue.contract.js";

queueContract("LifoQueue", (maxsize) => new LifoQueue(maxsize));

describe("LifoQueue", () => {
  it("LifoQueue.getNowait() gives the newest item first", () => {
    const queue = new LifoQueue<number>();
    for (const item of [1, 3, 2]) queue.putNowait(item);
    const newest = queue.getNowait();
    queue.putNowait(4);
    expect([newest, queue.getNowait(), queue.getNowait(), queue.getNowait()]).toEqual([2, 4, 3, 1]);
  });
});
