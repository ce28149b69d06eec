import { asyncGenerator, sleep } from "tsyncio";
import { expect, expectTypeOf, test } from "vitest";
import type { Executor } from "./executor.js";
import { defineJobs, type Job, jobOf } from "./job.js";
import { currentJob } from "./job-context.js";
import type { JobHandle } from "./job-handle.js";

const MODULE = "file:///somewhere/jobs.js";

const jobs = defineJobs(MODULE, {
  add: (a: number, b: number) => a + b,
  *rest(seconds: number) {
    return yield* sleep(seconds, "rested");
  },
  fetchText: async (url: string) => url,
  *words() {
    yield* sleep(0);
    return asyncGenerator<string>(function* (emit) {
      yield* emit("word");
    });
  },
});

test("defineJobs() names jobs by their module and key", () => {
  expect(jobOf(jobs.add, "submit").info).toMatchObject({ module: MODULE, name: "add" });
  expect(jobOf(jobs.rest.with({ priority: 1 }), "submit")).toMatchObject({
    info: { module: MODULE, name: "rest" },
    options: { priority: 1 },
  });
});

test("defineJobs() gives functions that can be called as they are", () => {
  expect(jobs.add(1, 2)).toBe(3);
  expect(jobs.add.with({ deadline: 1 })(1, 2)).toBe(3);
  expect(currentJob().cancelled()).toBe(false);
});

test("Job.with() keeps the options it is not given", () => {
  const job = jobs.add.with({ priority: 2 }).with({ deadline: "1s" });
  expect(jobOf(job, "submit").options).toEqual({ priority: 2, deadline: "1s" });
});

test("defineJobs() refuses a second job of the same name, and a function that is one already", () => {
  expect(() => defineJobs(MODULE, { add: () => 1 })).toThrow(/"add".*defined already/);
  expect(() => defineJobs("file:///other.js", { again: jobs.add })).toThrow(/"again".*already/);
});

test.each([
  [
    "no function",
    () => defineJobs("file:///a.js", { x: 1 as never }),
    /expected a function, got 1/,
  ],
  ["no module", () => defineJobs(undefined as never, {}), /import\.meta\.url/],
  ["no deadline", () => jobs.add.with({ deadline: "soon" as never }), /deadline of job "add"/],
  ["negative deadline", () => jobs.add.with({ deadline: -1 }), /0 or more.* got number -1/],
  [
    "no priority",
    () => jobs.add.with({ priority: Number.NaN }),
    /priority of job "add": .*got NaN/,
  ],
])("defineJobs() and with() say what is wrong: %s", (_what, wrong, message) => {
  expect(wrong).toThrow(message);
});

test("a bundle with the package in it is refused", () => {
  const bundle = new URL("job.ts", import.meta.url).href;
  expect(() => defineJobs(bundle, {})).toThrow(/bundle.*plugin of @tsyncio\/transform/);
});

test("executors give the job's own types", () => {
  expectTypeOf(jobs.add).toExtend<Job<[a: number, b: number], number>>();
  const types = (pool: Executor) => [
    expectTypeOf(pool.submit(jobs.add, 1, 2)).toEqualTypeOf<JobHandle<number>>(),
    expectTypeOf(pool.submit(jobs.rest, 1)).toEqualTypeOf<JobHandle<string>>(),
    expectTypeOf(pool.submit(jobs.fetchText, "a")).toEqualTypeOf<JobHandle<string>>(),
    expectTypeOf(pool.stream(jobs.words).next).returns.toExtend<
      PromiseLike<IteratorResult<string, undefined>>
    >(),
    // @ts-expect-error an argument is missing
    () => pool.submit(jobs.add, 1),
    // @ts-expect-error a closure is no job
    () => pool.submit((n: number) => n, 1),
  ];
  expect(types).toBeTypeOf("function");
});
