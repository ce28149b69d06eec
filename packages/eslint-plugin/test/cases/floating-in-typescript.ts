import { noFloatingCoroutine as rule } from "../../src/rules/no-floating-coroutine.js";
import type { RuleSuite } from "../rule-case.js";

const IMPORTS = `import { createTask, gather, Queue, shield, sleep } from "tsyncio";\n`;

/** The cases of `no-floating-coroutine` that need TypeScript: types, assertions, namespaces. */
export const floatingInTypeScript: RuleSuite = {
  name: "no-floating-coroutine: TypeScript",
  rule,
  suggests: ["yield* $", "createTask($)"],
  cases: [
    {
      name: "reports through assertions and type arguments",
      language: "typescript",
      code: `${IMPORTS}const queue = new Queue<number>();
        function* main(): Generator<unknown, void> {
          «queue.put(1)»!; «sleep(1)» as unknown; «(queue as Queue<number>).put(1)»;
          (<any>«sleep(1)»); «sleep<number>(1)» satisfies unknown;
        }`,
    },
    {
      name: "reports operations of parameters whose type is imported",
      language: "typescript",
      code: `import { createTask } from "tsyncio"; import type { Queue, Event } from "tsyncio";
        import type * as asyncio from "tsyncio";
        function* main(queue: Queue<number>, lock: asyncio.Lock, event?: Event | undefined) {
          «queue.put(1)»; «lock.acquire()»; «event!.wait()»;
        }`,
    },
    {
      name: "reports operations of a variable with a type, whatever it is given",
      language: "typescript",
      code: `${IMPORTS}let queue: Queue<number> | undefined;
        function* main(other: Queue<number>) { queue = other; other = queue;
          «queue.put(1)»; «other.put(1)»; }`,
    },
    {
      name: "reports operations of fields and parameter properties by their types",
      language: "typescript",
      code: `${IMPORTS}class Worker { readonly #inbox: Queue<string>;
          constructor(private readonly outbox: Queue<string>, inbox: Queue<string>) {
            this.#inbox = inbox;
          }
          *run(this: Worker) { «this.#inbox.put("x")»; «this.outbox.put("x")»; } }`,
    },
    {
      name: "reports a function whose return type is a coroutine",
      language: "typescript",
      code: `${IMPORTS}import type { Coroutine } from "tsyncio";
        function make(): Coroutine<void> { return sleep(1); }
        function* main() { «make()»; }`,
    },
    {
      name: "reports a const whose type is a class of the file",
      language: "typescript",
      code: `${IMPORTS}class Server { *serve() {} }
        function* main(server: Server) { «server.serve()»; }`,
    },
    {
      name: "reports a function* behind overloads",
      language: "typescript",
      code: `${IMPORTS}function work(x: string): Generator; function work(x: number): Generator;
        function* work(x: unknown) {} function* main() { «work(1)»; }`,
    },
    {
      name: "reports an operation of an import with require()",
      language: "typescript",
      code: `import asyncio = require("tsyncio"); function* main() { «asyncio.sleep(1)»; }`,
      suggests: ["yield* $"],
    },
    {
      name: "reports a function* of a namespace",
      language: "typescript",
      code: `${IMPORTS}namespace N { function* work() {} function* main() { «work()»; } }`,
    },
    {
      name: "reports an emit() by its type",
      language: "typescript",
      code: `${IMPORTS}import type { Emit } from "tsyncio";
        function* numbers(emit: Emit<number>) { «emit(1)»; }`,
    },
    {
      name: "accepts types of the same names from elsewhere",
      language: "typescript",
      code: `import type { Queue } from "./queue.js"; interface Lock { acquire(): void }
        function* main(queue: Queue, lock: Lock, any: any) {
          queue.put(1); lock.acquire(); any.put(1);
        }`,
    },
    {
      name: "accepts abstract and declared methods",
      language: "typescript",
      code: `abstract class A { abstract step(): void; go?(): void;
          *run() { this.step(); this.go?.(); } }
        declare function work(): void; work();`,
    },
    {
      name: "accepts a union of a class of tsyncio and something else",
      language: "typescript",
      code: `import type { Queue } from "tsyncio";
        function* main(queue: Queue<number> | Map<string, string>) { queue.get("x"); }`,
    },
    {
      name: "reports operations of an accessor field and of a namespaced type",
      language: "typescript",
      code: `${IMPORTS}import type * as asyncio from "tsyncio";
        class A { accessor queue = new Queue(); declare lock: asyncio.Lock;
          *run() { «this.queue.put(1)»; «this.lock.acquire()»; } }`,
    },
    {
      name: "accepts a type of a nested namespace",
      language: "typescript",
      code: `import type * as asyncio from "tsyncio"; declare namespace a { namespace b { class Queue {} } }
        function* main(queue: a.b.Queue, other: typeof asyncio.Queue) { queue.put(1); other.put(1); }`,
    },
  ],
};
