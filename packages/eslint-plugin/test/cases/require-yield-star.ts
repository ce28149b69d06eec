import { requireYieldStar as rule } from "../../src/rules/require-yield-star.js";
import type { RuleSuite } from "../rule-case.js";

const IMPORTS = `import * as asyncio from "tsyncio";
import { contextManager, createTask, Future, gather, Queue, run, sleep } from "tsyncio";\n`;
const fix = (marked: string) => marked.replace("yield", "yield*");

const AWAITABLES: RuleSuite = {
  name: "require-yield-star: what is yielded",
  rule,
  fix,
  cases: [
    {
      name: "reports an operation",
      code: `${IMPORTS}function* main() { «yield sleep(1)»; «yield asyncio.sleep(1)»; }`,
    },
    {
      name: "reports an operation whose result is used",
      code: `${IMPORTS}function* main() { const queue = new Queue();
          const x = «yield queue.get()»; return f(«yield asyncio.waitFor(x, 1)»); }`,
    },
    {
      name: "reports an operation in parentheses",
      code: `${IMPORTS}function* main() { «yield (sleep(1))»; «yield(sleep(1))»; }`,
    },
    {
      name: "reports a future or task made on the spot",
      code: `${IMPORTS}function* main() {
          «yield createTask(f())»; «yield gather(f(), g())»; «yield new Future()»;
          «yield asyncio.getRunningLoop().createFuture()»; }`,
    },
    {
      name: "reports a name that holds a task, a future or a coroutine",
      code: `${IMPORTS}const work = function* () { yield* sleep(1); };
        function* main() {
          const task = createTask(f()); const future = new Future(); const later = work();
          const alias = task;
          «yield task»; «yield future»; «yield later»; «yield alias»; }`,
    },
    {
      name: "reports a task that is made and named in the same breath",
      code: `${IMPORTS}function* main() { let task; «yield (task = createTask(f()))»; }`,
    },
    {
      name: "reports either branch of a condition",
      code: `${IMPORTS}function* main(x) { «yield x ? sleep(1) : sleep(2)»; }`,
    },
    {
      name: "reports the last part of a sequence",
      code: `${IMPORTS}function* main() { «yield (f(), sleep(1))»; }`,
    },
    {
      name: "reports an element of asCompleted()",
      code: `${IMPORTS}function* main(tasks) {
          for (const next of asyncio.asCompleted(tasks)) { «yield next»; } }`,
    },
    {
      name: "reports an emit() of asyncGenerator()",
      code: `${IMPORTS}const numbers = asyncio.asyncGenerator(function* (emit) { «yield emit(1)»; });`,
    },
    {
      name: "reports the task of a task group",
      code: `${IMPORTS}function* main() {
          yield* asyncio.asyncWith(new asyncio.TaskGroup(), function* (group) {
            «yield group.createTask(f())»; }); }`,
    },
    {
      name: "reports a future that is a parameter, by its type",
      language: "typescript",
      code: `import type { Future, Task } from "tsyncio";
        function* main(future: Future<number>, task?: Task<void>) {
          const x: number = «yield future»; «yield task!»; return x; }`,
    },
    {
      name: "accepts yield*",
      code: `${IMPORTS}function* main() { const task = createTask(f()); yield* sleep(1); yield* task; }`,
    },
    {
      name: "accepts values of which the file tells nothing",
      code: `${IMPORTS}import { work } from "./work.js";
        function* main(x) { yield* sleep(1); yield compute(); yield work(); yield x; yield; yield 1; }`,
    },
    {
      name: "accepts a name that is given another value",
      code: `${IMPORTS}function* main() { let x = createTask(f()); x = 1; yield x; }`,
    },
    {
      name: "accepts names of other modules and shadowed names",
      code: `import { sleep } from "./sleep.js"; import { wait } from "tsyncio";
        function* main(wait) { yield sleep(1); yield wait(1); }`,
    },
    {
      name: "accepts an async generator, whose yield awaits",
      code: `${IMPORTS}async function* main() { yield sleep(1); }`,
    },
  ],
};

const GENERATORS: RuleSuite = {
  name: "require-yield-star: coroutines and ordinary generators",
  rule,
  fix,
  cases: [
    {
      name: "reports a coroutine of the file, known by what it awaits",
      code: `${IMPORTS}function* work() { yield* sleep(1); } function* main() { «yield work()»; }`,
    },
    {
      name: "reports a coroutine of the file, known by what the one it awaits awaits",
      code: `${IMPORTS}function* main() { «yield outer()»; }
        function* outer() { yield* inner(); } function* inner() { yield* sleep(1); }`,
    },
    {
      name: "reports a coroutine of the file that awaits one declared before it",
      code: `${IMPORTS}function* inner() { yield* sleep(1); } function* outer() { yield* inner(); }
        function* main() { «yield outer()»; }`,
    },
    {
      name: "reports coroutines of the file that await each other",
      code: `${IMPORTS}function* ping() { yield* pong(); } function* pong() { yield* ping(); yield* sleep(1); }
        function* main() { «yield ping()»; }`,
    },
    {
      name: "reports a coroutine of the file, known by being run",
      code: `${IMPORTS}function* work() {} function* main() { «yield work()»; } run(main());`,
    },
    {
      name: "reports a coroutine of the file, known by being made a task",
      code: `${IMPORTS}function* work() {} function* main() { «yield work()»; } createTask(work());`,
    },
    {
      name: "reports a coroutine of the file handed over without a call",
      code: `import { runVirtual } from "tsyncio/testing";
        function* work() {} function* main() { «yield work()»; } runVirtual(main);`,
    },
    {
      name: "reports a coroutine of the file, known by its return type",
      language: "typescript",
      code: `import type { Coroutine } from "tsyncio";
        function* work(): Coroutine<void> {} function* main() { «yield work()»; }
        function* plain() {} function* other(): Coroutine<void> { «yield plain()»; }`,
    },
    {
      name: "reports a coroutine that is a method",
      code: `${IMPORTS}class Server { *#step() { yield* sleep(1); }
          *serve() { «yield this.#step()»; } }`,
    },
    {
      name: "accepts a generator that yields the values of an ordinary call",
      code: `function* numbers() { yield compute(); yield 2; }`,
    },
    {
      name: "accepts an ordinary generator that yields ordinary generators",
      code: `${IMPORTS}function* row() { yield 1; } function* rows() { yield row(); yield row(); }`,
    },
    {
      name: "accepts a generator of tasks that the file iterates over",
      code: `${IMPORTS}function* tasks() { for (const x of list) yield createTask(f(x)); }
        function* more() { yield createTask(f()); }
        function* main() { yield* gather(...tasks()); for (const task of more()) yield* task; }`,
    },
    {
      name: "accepts an iterator of tasks",
      code: `${IMPORTS}class Pool { *[Symbol.iterator]() { yield createTask(f()); } }
        const pool = { *[Symbol.iterator]() { yield createTask(f()); } };`,
    },
  ],
};

const MANAGERS: RuleSuite = {
  name: "require-yield-star: context managers",
  rule,
  fix,
  cases: [
    {
      name: "reports an operation in the body of a context manager",
      code: `${IMPORTS}const open = contextManager(function* () { «yield sleep(1)»; yield 1; });`,
    },
    {
      name: "reports a coroutine of the file in the body of a context manager",
      code: `${IMPORTS}function* connect() { yield* sleep(1); }
        const open = asyncio.contextManager(function* () { const c = «yield connect()»; yield c; });`,
    },
    {
      name: "accepts the value that a context manager hands out",
      code: `${IMPORTS}const open = contextManager(function* () { yield* sleep(1); yield connection; });`,
    },
    {
      name: "accepts a task or a coroutine under a name as that value",
      code: `${IMPORTS}function* work() { yield* sleep(1); }
        const background = contextManager(function* () {
          const task = createTask(work()); try { yield task; } finally { task.cancel(); } });
        const direct = contextManager(function* () { yield createTask(work()); });
        const later = contextManager(function* () { const coroutine = work(); yield coroutine; });`,
    },
    {
      name: "accepts an ordinary generator as that value",
      code: `${IMPORTS}function* numbers() { yield 1; }
        const open = contextManager(function* () { yield numbers(); });`,
    },
    {
      name: "accepts a context manager whose body is declared by name",
      code: `${IMPORTS}function* body() { const task = createTask(f()); yield task; }
        const open = contextManager(body);`,
    },
  ],
};

/** The cases of `require-yield-star`. */
export const requireYieldStarSuites: readonly RuleSuite[] = [AWAITABLES, GENERATORS, MANAGERS];
