/**
 * The same programs in both forms: as generators that delegate by `yield*`, and as lowered functions. Both leave the same
 * trace, turn by turn.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asyncFunction } from "../../test/async-function.js";
import {
  asCompleted,
  asyncFor,
  asyncGenerator,
  asyncWith,
  Condition,
  type Coroutine,
  createTask,
  Event,
  Future,
  gather,
  getRunningLoop,
  isCancelled,
  Lock,
  Queue,
  shield,
  sleep,
  type Task,
  TaskGroup,
  timeout,
  wait,
  waitFor,
} from "../index.js";
import { runVirtual } from "../testing.js";

// biome-ignore lint/suspicious/noExplicitAny: what an await gives depends on what is awaited
type Body = Generator<any, any, any>;

/** A form of writing coroutines: `fn` makes a function of a body, in which `yield* wait(x)` is an await. */
interface Form {
  fn<A extends unknown[]>(body: (...args: A) => Body): (...args: A) => Coroutine<unknown>;
  wait(awaited: unknown): Body;
}

const generators: Form = {
  fn: (body) => body as never,
  *wait(awaited) {
    return yield* awaited as Coroutine<unknown>;
  },
};

const lowered: Form = {
  fn: (body) => asyncFunction("fn", body) as never,
  *wait(awaited) {
    return yield awaited;
  },
};

type Trace = (what: string) => void;
type Program = (form: Form, trace: Trace) => () => Coroutine<unknown>;

/** What `program` traces, with the turns after each entry. */
function traceOf(form: Form, program: Program): string[] {
  const log: string[] = [];
  const nameOf = (error: unknown): string => (isCancelled(error) ? "cancelled" : String(error));
  const main = program(form, (what) => {
    const loop = getRunningLoop();
    log.push(`${loop.time()}: ${what}`);
    const tick = (turn: number): void => {
      log.push(`turn ${turn} after ${what}`);
      if (turn < 4) loop.callSoon(() => tick(turn + 1));
    };
    loop.callSoon(() => tick(1));
  });
  try {
    const result = runVirtual(main, {
      exceptionHandler: (_, { message, exception }) =>
        log.push(`${message.replace(/Task-\d+/, "Task")}: ${nameOf(exception)}`),
    });
    log.push(`result ${JSON.stringify(result)}`);
  } catch (error) {
    log.push(`error ${nameOf(error)}`);
  }
  return log;
}

const programs: Record<string, Program> = {
  "calls, tasks and futures": ({ fn, wait: w }, trace) => {
    const leaf = fn(function* (name: string) {
      trace(`${name} leaf`);
      yield* w(sleep(0));
      trace(`${name} leaf goes on`);
      return name;
    });
    const middle = fn(function* (name: string) {
      const results = [yield* w(leaf(`${name}1`)), yield* w(leaf(`${name}2`))];
      trace(`${name} middle`);
      return results;
    });
    return fn(function* () {
      const gate = new Future<string>();
      const waits = fn(function* () {
        trace(`gate ${yield* w(gate)}`);
      });
      const tasks = [createTask(middle("a")), createTask(waits()), createTask(middle("b"))];
      yield* w(middle("c"));
      gate.setResult("open");
      for (const task of tasks) trace(JSON.stringify(yield* w(task)));
      return "done";
    });
  },

  "locks, queues, events and conditions": ({ fn, wait: w }, trace) => {
    const lock = new Lock();
    const queue = new Queue<number>(1);
    const event = new Event();
    const condition = new Condition();
    const producer = fn(function* () {
      for (let n = 0; n < 4; n++) {
        yield* w(queue.put(n));
        trace(`put ${n}`);
      }
      event.set();
    });
    const consumer = fn(function* (name: string) {
      for (let n = 0; n < 2; n++) {
        const item = yield* w(queue.get());
        yield* w(lock.acquire());
        trace(`${name} got ${item}`);
        yield* w(sleep(0));
        lock.release();
      }
      yield* w(condition.acquire());
      condition.notifyAll();
      condition.release();
    });
    return fn(function* () {
      const tasks = [producer(), consumer("x"), consumer("y")].map((c) => createTask(c));
      yield* w(event.wait());
      trace("all put");
      yield* w(condition.acquire());
      yield* w(condition.wait());
      condition.release();
      trace("notified");
      yield* w(gather(tasks));
    });
  },

  "cancellation at every depth": ({ fn, wait: w }, trace) => {
    const inner = fn(function* () {
      try {
        yield* w(sleep(9));
      } finally {
        trace("inner cleans");
        yield* w(sleep(0));
        trace("inner cleaned");
      }
    });
    const middle = fn(function* () {
      try {
        yield* w(inner());
      } catch (error) {
        trace(`middle ${isCancelled(error)}`);
        yield* w(sleep(1));
        throw error;
      }
    });
    const stubborn = fn(function* () {
      try {
        yield* w(middle());
      } catch {
        trace("swallowed");
      }
      yield* w(sleep(0));
      return "went on";
    });
    return fn(function* () {
      const started = createTask(middle());
      const unstarted = createTask(middle());
      const survivor = createTask(stubborn());
      unstarted.cancel();
      yield* w(sleep(0));
      started.cancel();
      survivor.cancel();
      const [done] = yield* w(wait([started, unstarted, survivor]));
      for (const task of done as Set<Task>) trace(`cancelled ${task.cancelled()}`);
      return survivor.result();
    });
  },

  "everything that waits for several": ({ fn, wait: w }, trace) => {
    const nap = fn(function* (seconds: number) {
      yield* w(sleep(seconds));
      trace(`slept ${seconds}`);
      return seconds;
    });
    const fails = fn(function* () {
      yield* w(sleep(1));
      throw new Error("no");
    });
    const group = fn(function* (tasks: TaskGroup) {
      tasks.createTask(nap(2));
      tasks.createTask(fails());
      yield* w(sleep(5));
    });
    return fn(function* () {
      trace(JSON.stringify(yield* w(gather(nap(2), nap(1), nap(0)))));
      trace(JSON.stringify(yield* w(gather(nap(1), fails(), { returnExceptions: true }))));
      for (const attempt of [
        () => waitFor(nap(3), 1),
        () => waitFor(nap(1), 3),
        () => waitFor(nap(1), 0),
        () => asyncWith(new TaskGroup(), group),
        () => asyncWith(timeout(1), () => nap(3)),
        () => shield(nap(1)),
        () => gather(fails(), nap(2)),
      ]) {
        try {
          trace(`gave ${yield* w(attempt())}`);
        } catch (error) {
          trace(`raised ${(error as Error).name}`);
        }
      }
      for (const next of asCompleted([nap(2), nap(1)])) trace(`next ${yield* w(next)}`);
      const [done, pending] = yield* w(
        wait([createTask(nap(1)), createTask(nap(2))], { timeout: 1.5 }),
      );
      trace(`${done.size} ${pending.size}`);
    });
  },

  "async generators": ({ fn, wait: w }, trace) => {
    const ticks = asyncGenerator<number>(function* (emit) {
      try {
        for (let n = 0; n < 3; n++) {
          yield* sleep(0);
          yield* emit(n);
        }
      } finally {
        trace("closed");
      }
    });
    const block = fn(function* (n: number) {
      yield* w(sleep(0));
      trace(`block ${n}`);
    });
    return fn(function* () {
      yield* w(asyncFor(ticks, block as never));
    });
  },
};

describe("a program of lowered functions takes the turns of its generator form", () => {
  test.each(Object.entries(programs))("with %s", (_name, program) => {
    const trace = traceOf(lowered, program);
    expect(trace).toEqual(traceOf(generators, program));
    expect(trace.length).toBeGreaterThan(3);
  });
});

/** A step of a random program; the numbers choose among what there is. */
type Step =
  | { do: "yield" | "sleep" | "set" | "future" | "await" | "cancel" | "throw"; n: number }
  | { do: "call" | "start" | "eager" | "try" | "gather" | "limit"; n: number; steps: Step[] };

const flat = fc.record({
  do: fc.constantFrom("yield", "sleep", "set", "future", "await", "cancel", "throw"),
  n: fc.nat(3),
}) as fc.Arbitrary<Step>;

const { steps: randomSteps } = fc.letrec<{ steps: Step[]; step: Step }>((tie) => ({
  step: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { arbitrary: flat, weight: 3 },
    {
      arbitrary: fc.record({
        do: fc.constantFrom("call", "start", "eager", "try", "gather", "limit"),
        n: fc.nat(3),
        steps: tie("steps"),
      }) as fc.Arbitrary<Step>,
      weight: 2,
    },
  ),
  steps: fc.array(tie("step"), { maxLength: 5 }),
}));

function randomProgram(steps: Step[]): Program {
  return ({ fn, wait: w }, trace) => {
    const tasks: Task<unknown>[] = [];
    let futures: Future<string>[];
    let calls = 0;
    const pick = <T>(list: readonly T[], n: number): T | undefined => list[n % list.length];
    const body = fn(function* (name: string, own: Step[]) {
      trace(`${name} begins`);
      for (const [index, step] of own.entries()) {
        trace(`${name}.${index} gave ${yield* perform(step, `${name}.${index}`)}`);
      }
      return name;
    });
    function* perform(step: Step, name: string): Body {
      if (++calls > 200) return "enough";
      const { n } = step;
      switch (step.do) {
        case "yield":
          return yield* w(sleep(0));
        case "sleep":
          return yield* w(sleep(n / 4, "slept"));
        case "set":
          if (pick(futures, n)?.done() === false) pick(futures, n)?.setResult(name);
          return "set";
        case "future":
          return yield* w(waitFor(pick(futures, n) as Future<string>, 2));
        case "await":
          return tasks.length === 0 ? "none" : yield* w(waitFor(shield(pick(tasks, n) as Task), 2));
        case "cancel":
          return pick(tasks, n)?.cancel();
        case "throw":
          throw new Error(name);
        case "call":
          return yield* w(body(name, step.steps));
        case "start":
        case "eager":
          tasks.push(createTask(body(name, step.steps), { eagerStart: step.do === "eager" }));
          return "started";
        case "try":
          try {
            return yield* w(body(name, step.steps));
          } catch (error) {
            trace(`${name} caught ${(error as Error).name}`);
            if (isCancelled(error)) throw error;
            return "caught";
          } finally {
            if (n > 1) yield* w(sleep(0));
            trace(`${name} finally`);
          }
        case "gather":
          return yield* w(
            gather(body(`${name}a`, step.steps), body(`${name}b`, step.steps), {
              returnExceptions: n > 1,
            }),
          );
        case "limit":
          return yield* w(asyncWith(timeout(n / 3), () => body(name, step.steps)));
      }
    }
    return fn(function* () {
      futures = Array.from({ length: 3 }, () => new Future<string>());
      return yield* w(body("main", steps));
    });
  };
}

test("random programs take the same turns in both forms", () => {
  fc.assert(
    fc.property(randomSteps, (steps) => {
      const program = randomProgram(steps);
      expect(traceOf(lowered, program)).toEqual(traceOf(generators, program));
    }),
    { numRuns: 300 },
  );
});
