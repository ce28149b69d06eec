import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { createTask, gather, Lock, Queue, run, sleep, type Task } from "tsyncio";
import { callLowered, describeFunction } from "tsyncio/coroutine";
import { afterAll, describe, expect, it } from "vitest";
import { delay, inOrder, leftBehind, record, recordWith } from "../../test/programs.js";
import { faultsOf, slicesOf, type TraceEvent } from "../../test/trace-rules.js";
import { Recorder } from "../recording/recorder.js";
import type { Recording } from "../recording/recording.js";
import type { TraceOptions } from "./trace-events.js";
import { writeTrace, writeTraceSync } from "./write-trace.js";

const folder = mkdtempSync(join(tmpdir(), "tsyncio-trace-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function traced(recording: Recording, options?: TraceOptions): Promise<TraceEvent[]> {
  const path = join(folder, "trace.json");
  await writeTrace(recording, path, options);
  return JSON.parse(readFileSync(path, "utf8")).traceEvents;
}

function trackOf(events: readonly TraceEvent[], name: string): number {
  const found = events.find((one) => one.name === "thread_name" && one.args?.["name"] === name);
  if (found?.tid === undefined) throw new Error(`There is no track ${name}`);
  return found.tid;
}

/** The slices of a track as `ts+dur name`. */
function track(events: readonly TraceEvent[], name: string): string[] {
  return slicesOf(events, trackOf(events, name)).map((one) => `${one.ts}+${one.dur} ${one.name}`);
}

/** The arrows as `waker -> woken`. */
function arrows(events: readonly TraceEvent[]): string[] {
  const name = (tid: number | undefined) =>
    events.find((one) => one.name === "thread_name" && one.tid === tid)?.args?.["name"];
  return events
    .filter((one) => one.flow_in === true)
    .map((target) => {
      const source = events.find((one) => one.flow_out && one.bind_id === target.bind_id);
      return `${name(source?.tid)} -> ${name(target.tid)}`;
    });
}

const contended = function* main() {
  const lock = new Lock();
  const queue = new Queue<number>(1);
  function* worker(n: number) {
    yield* lock.acquire();
    yield* sleep(0.01);
    lock.release();
    yield* queue.put(n);
  }
  const workers = [1, 2, 3].map((n) => createTask(worker(n), { name: `worker-${n}` }));
  const eager = createTask(delay(0.005), { name: "eager", eagerStart: true });
  for (const _ of workers) yield* queue.get();
  yield* gather(...workers, eager);
};

describe("writeTrace()", () => {
  it("writes a track for each task, with its steps and what it waited for", async () => {
    const events = await traced(record(inOrder), { name: "in order" });
    expect(events[0]).toEqual({
      ph: "M",
      name: "process_name",
      pid: 1,
      args: { name: "in order" },
    });
    expect(track(events, "main").filter((one) => !one.includes("wakes"))).toEqual([
      "0+0 run",
      "0+1000000 delay 1",
      "1000000+0 run",
      "1000000+1000000 delay 2",
      "2000000+0 run",
      "2000000+1000000 delay 3",
      "3000000+0 run",
    ]);
    expect(track(events, "delay 2")).toEqual([
      "0+0 run",
      "0+2000000 sleep(2)",
      "2000000+0 run",
      "2000000+0 wakes main",
    ]);
  });

  it("draws an arrow from who woke a task to the step that followed", async () => {
    expect(arrows(await traced(record(inOrder)))).toEqual([
      "main -> delay 1",
      "main -> delay 2",
      "main -> delay 3",
      "delay 1 -> main",
      "delay 2 -> main",
      "delay 3 -> main",
    ]);
  });

  it("says how a task ended, and marks who asked it to end", async () => {
    const events = await traced(
      record(function* main() {
        const failing = createTask(
          (function* failing(): Generator<never, void, unknown> {
            throw new Error("failed");
          })(),
          { name: "failing" },
        );
        const cancelled = createTask(delay(9), { name: "cancelled" });
        yield* sleep(1);
        cancelled.cancel();
        yield* gather(failing, cancelled, { returnExceptions: true });
      }),
    );
    const outcomes = events.flatMap((one) => one.args?.["outcome"] ?? []);
    expect(outcomes).toEqual(["raised", "cancelled", "returned"]);
    expect(events.some((one) => one.args?.["error"] === "Error: failed")).toBe(true);
    expect(events.find((one) => one.ph === "i")).toMatchObject({
      name: "cancel requested by main",
      tid: trackOf(events, "cancelled"),
      ts: 1e6,
    });
  });

  it("says where a lowered function is written", async () => {
    const info = describeFunction("fetchPage", "/app/page.ts", 7, 15, []);
    const events = await traced(
      record(function* main() {
        const call = callLowered(info, function* fetchPage() {} as never, undefined, []);
        yield* createTask(call as never, { name: "page" }) as Task<unknown>;
      }),
    );
    expect(trackOf(events, "page fetchPage")).toBe(2);
    expect(events.flatMap((one) => one.args?.["function"] ?? [])).toEqual([
      "fetchPage (/app/page.ts:7:16)",
    ]);
  });

  it.each([
    ["on virtual time", () => record(contended)],
    ["left behind", () => record(leftBehind)],
    [
      "with lost steps",
      () =>
        record(
          function* main() {
            for (let i = 0; i < 50; i++) yield* contended();
          },
          { capacity: 100 },
        ),
    ],
    [
      "taken in a step",
      () => {
        const recorder = new Recorder();
        let recording: Recording | undefined;
        const main = function* main() {
          yield* contended();
          createTask(delay(1));
          recording = recorder.snapshot();
        };
        recordWith(recorder, main);
        return recording as Recording;
      },
    ],
  ])("keeps the rules of its readers: %s", async (_name, recording) => {
    const events = await traced(recording());
    expect(faultsOf(events)).toEqual([]);
    expect(arrows(events).length).toBeGreaterThan(0);
  });

  it("keeps the rules of its readers: on a real clock", async () => {
    const recorder = new Recorder();
    await run(function* main() {
      const self = createTask(delay(0));
      self.getLoop().observer = recorder;
      for (let i = 0; i < 3; i++) yield* createTask(contended(), { name: `round ${i}` });
      self.getLoop().observer = undefined;
    });
    const recording = recorder.snapshot();
    const events = await traced(recording);
    expect(recording.host).toBe("node");
    expect(slicesOf(events, trackOf(events, "round 1")).length).toBeGreaterThan(3);
    expect(faultsOf(events)).toEqual([]);
  });

  it("writes to a stream piece by piece, at its pace, and leaves it open", async () => {
    const recorder = new Recorder();
    recordWith(recorder, function* main() {
      for (let i = 0; i < 2000; i++) yield* createTask(delay(0.001));
    });
    const pieces: string[] = [];
    let writing = 0;
    let most = 0;
    const stream = new Writable({
      highWaterMark: 1,
      decodeStrings: false,
      write(text: string, _encoding, done) {
        most = Math.max(most, ++writing);
        pieces.push(text);
        setImmediate(() => {
          writing--;
          done();
        });
      },
    });
    await writeTrace(recorder.snapshot(), stream);
    expect(JSON.parse(pieces.join("")).traceEvents.length).toBeGreaterThan(10_000);
    expect(pieces.length).toBeGreaterThan(10);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(70_000);
    expect(most).toBe(1);
    expect(stream.writableEnded).toBe(false);
    expect(stream.listenerCount("error")).toBe(0);
  });

  it("rejects with what a path or a stream fails with", async () => {
    const recording = record(leftBehind);
    await expect(writeTrace(recording, join(folder, "none", "trace.json"))).rejects.toMatchObject({
      code: "ENOENT",
    });
    const broken = new Writable({
      write(_text, _encoding, done) {
        done(new Error("disk full"));
      },
    });
    await expect(writeTrace(recording, broken)).rejects.toThrow("disk full");
  });
});

describe("writeTraceSync()", () => {
  it("writes the same file in one call", async () => {
    const recording = record(contended);
    const paths = ["waiting.json", "at-once.json"].map((name) => join(folder, name));
    const [waiting = "", atOnce = ""] = paths;
    await writeTrace(recording, waiting);
    writeTraceSync(recording, atOnce);
    expect(readFileSync(atOnce, "utf8")).toBe(readFileSync(waiting, "utf8"));
  });

  it("writes what has been a text in between", () => {
    const path = join(folder, "copied.json");
    const recording = record(contended);
    writeTraceSync(JSON.parse(JSON.stringify(recording)), path);
    expect(faultsOf(JSON.parse(readFileSync(path, "utf8")).traceEvents)).toEqual([]);
  });

  it("throws what the path fails with", () => {
    const path = join(folder, "none", "trace.json");
    expect(() => writeTraceSync(record(leftBehind), path)).toThrow(/ENOENT/);
  });
});
