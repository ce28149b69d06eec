import { noFloatingCoroutine as rule } from "../../src/rules/no-floating-coroutine.js";
import type { RuleSuite } from "../rule-case.js";

const IMPORTS = `import { createTask, gather, Queue, shield, sleep } from "tsyncio";\n`;

/** Which methods make a coroutine. */
export const floatingMethods: RuleSuite = {
  name: "no-floating-coroutine: methods",
  rule,
  suggests: ["yield* $", "createTask($)"],
  cases: [
    {
      name: "reports the operations of locks, events, queues and barriers",
      code: `import { Barrier, Condition, createTask, Event, Lock, Queue, Semaphore } from "tsyncio";
        const lock = new Lock(); const queue = new Queue(); const event = new Event();
        const condition = new Condition(lock); const gate = new Semaphore(2);
        const barrier = new Barrier(2);
        function* main() {
          «lock.acquire()»; «queue.put(1)»; «queue.get()»; «queue.join()»; «event.wait()»;
          «condition.wait()»; «condition.waitFor(f)»; «gate.acquire()»; «barrier.wait()»;
        }`,
    },
    {
      name: "reports an operation of an object that is made on the spot",
      code: `${IMPORTS}function* main() { «new Queue().put(1)»; }`,
    },
    {
      name: "reports an operation of a class of the namespace",
      code: `import * as asyncio from "tsyncio"; const queue = new asyncio.Queue();
        function* main() { «queue.put(1)»; }`,
      suggests: ["yield* $", "asyncio.createTask($)"],
    },
    {
      name: "reports an operation under a string key",
      code: `${IMPORTS}const queue = new Queue(); function* main() { «queue["put"](1)»; }`,
    },
    {
      name: "reports an operation in an optional chain, without a suggestion",
      code: `${IMPORTS}const queue = new Queue(); function* main() { «queue?.put(1)»; }`,
      suggests: [],
    },
    {
      name: "reports methods of this class, private and static ones included",
      code: `${IMPORTS}class Server {
          *serve() { «this.step()»; «this.#step()»; }
          *step() {} *#step() {}
          static *open() { «this.make()»; «Server.make()»; } static *make() {}
        }`,
    },
    {
      name: "reports inherited methods through this and super",
      code: `${IMPORTS}class Base { *step() {} static *make() {} }
        class Server extends Base {
          *serve() { «this.step()»; «super.step()»; }
          static *open() { «super.make()»; }
        }`,
    },
    {
      name: "reports a method inherited from a class of tsyncio",
      code: `${IMPORTS}class Inbox extends Queue { *fill() { «this.put(1)»; «super.put(1)»; } }
        function* main() { const inbox = new Inbox(); «inbox.put(1)»; «inbox.fill()»; }`,
    },
    {
      name: "reports a function* in a field",
      code: `${IMPORTS}class Server { step = function* () {}; *serve() { «this.step()»; } }`,
    },
    {
      name: "reports the operations of objects in fields",
      code: `${IMPORTS}class Server {
          #queue = new Queue(); static shared = new Queue(); later; #own;
          constructor() { this.later = new Queue(); this.#own = new Queue(); }
          *serve() { «this.#queue.put(1)»; «this.later.put(1)»; «this.#own.put(1)»; }
          static *open() { «this.shared.put(1)»; }
        }`,
    },
    {
      name: "reports methods of an object literal",
      code: `${IMPORTS}const server = { queue: new Queue(), *step() {}, run: function* () {
          «this.step()»; «this.queue.put(1)»; } };
        function* main() { «server.step()»; «server.run()»; }`,
    },
    {
      name: "reports a method through a name for this",
      code: `${IMPORTS}class Server { *step() {}
          *serve() { const self = this; yield* helper(function* () { «self.step()»; }); } }`,
    },
    {
      name: "reports an emit() of asyncGenerator() that nobody waits for",
      code: `import { asyncGenerator, createTask } from "tsyncio";
        const numbers = asyncGenerator(function* (emit) { «emit(1)»; });
        function* main() { «numbers.next()»; }`,
    },
    {
      name: "reports methods of what asyncWith() enters",
      code: `import * as asyncio from "tsyncio";
        function* main() {
          yield* asyncio.asyncWith(new asyncio.AsyncExitStack(), function* (stack) {
            «stack.enterContext(cm)»;
          });
        }`,
      suggests: ["yield* $", "asyncio.createTask($)"],
    },
    {
      name: "accepts methods that give nothing to await",
      code: `import { asyncWith, Event, Lock, Queue, TaskGroup } from "tsyncio";
        const queue = new Queue(); const event = new Event(); const lock = new Lock();
        function* main() {
          queue.putNowait(1); queue.taskDone(); event.set(); lock.release();
          yield* asyncWith(new TaskGroup(), function* (group) { group.createTask(main()); });
        }`,
    },
    {
      name: "accepts methods of the same names on other objects",
      code: `import { Lock } from "./lock.js"; import { Queue } from "tsyncio";
        const lock = new Lock(); const map = new Map(); class Queue2 { put() {} }
        function* main(queue) { lock.acquire(); map.get(1); new Queue2().put(1); queue.put(1); }`,
    },
    {
      name: "accepts methods that are no generators, and accessors",
      code: `class A { step() {} async go() {} get run() { return f; } set run(v) {}
          static *make() {} *own() {}
          *serve() { this.step(); this.go(); this.run(); this.make(); this.none(); super.step(); }
          static open() { this.own(); } }`,
    },
    {
      name: "accepts a call on the this of a function that is no method",
      code: `class A { *step() {} *serve() { list.forEach(function () { this.step(); }); } }`,
    },
    {
      name: "accepts a field that overrides an inherited function*",
      code: `class A { *step() {} } class B extends A { step = make(); *serve() { this.step(); } }`,
    },
    {
      name: "accepts a method of an object literal that a spread may replace",
      code: `const o = { *step() {}, ...other }; o.step();`,
    },
    {
      name: "reports methods in static blocks, field initialisers and class expressions",
      code: `${IMPORTS}class A { static *make() {} static { A.ready = () => { «this.make()»; }; }
          *step() {} later = () => { «this.step()»; }; own = function () { «this.step()»; }; }
        const B = class { *serve() {} }; function start() { «new B().serve()»; }`,
      suggests: ["createTask($)"],
    },
    {
      name: "reports operations of a parameter's default",
      code: `${IMPORTS}function* main(queue = new Queue()) { «queue.put(1)»; }`,
    },
    {
      name: "accepts a call on the this of a function declared in a method",
      code: `class A { *step() {} serve() { function go() { this.step(); } go(); } }
        const o = { *step() {}, go() { super.step(); list.map(function () { this.step(); }); } };`,
    },
    {
      name: "accepts methods of classes that extend each other by mistake",
      code: `class A extends B { *go() { this.step(); super.step(); } } class B extends A {}
        class C extends C { *go() { this.step(); } }`,
    },
    {
      name: "accepts fields that the constructor fills in other ways",
      code: `${IMPORTS}class A {
          constructor(queue) { let x; x = new Queue(); this.a ||= new Queue(); other.b = new Queue();
            this.c = queue; if (x) this.d = new Queue(); }
          *serve() { this.a.put(1); this.b.put(1); this.c.put(1); this.d.put(1); this.x.put(1); } }`,
    },
    {
      name: "accepts methods of the argument of other functions than asyncWith()",
      code: `import * as asyncio from "tsyncio";
        function* main() { yield* asyncio.wait(new asyncio.AsyncExitStack(), function* (stack) {
          stack.enterContext(cm); }); }`,
    },
  ],
};
