import { noFloatingCoroutine as rule } from "../../src/rules/no-floating-coroutine.js";
import type { RuleSuite } from "../rule-case.js";

const IMPORTS = `import { createTask, Queue, shield, sleep } from "tsyncio";\n`;

/** Which calls make a coroutine. */
export const floatingCalls: RuleSuite = {
  name: "no-floating-coroutine: the call",
  rule,
  suggests: ["yield* $", "createTask($)"],
  cases: [
    {
      name: "reports an operation imported by name",
      code: `${IMPORTS}function* main() { «sleep(1)»; }`,
    },
    {
      name: "reports an operation imported under another name",
      code: `import { sleep as pause, createTask } from "tsyncio";
        function* main() { «pause(1)»; }`,
    },
    {
      name: "reports an operation of the namespace",
      code: `import * as asyncio from "tsyncio"; function* main() { «asyncio.sleep(1)»; }`,
      suggests: ["yield* $", "asyncio.createTask($)"],
    },
    {
      name: "reports an operation of the default import that CommonJS interop makes",
      code: `import asyncio from "tsyncio"; function* main() { «asyncio.sleep(1)»; }`,
      suggests: ["yield* $", "asyncio.createTask($)"],
    },
    {
      name: "reports an operation of a namespace's default",
      code: `import * as m from "tsyncio"; function* main() { «m.default.sleep(1)»; }`,
      suggests: ["yield* $", "m.createTask($)"],
    },
    {
      name: "reports an operation destructured from require()",
      code: `const { sleep } = require("tsyncio"); function* main() { «sleep(1)»; }`,
      language: "commonjs",
      suggests: ["yield* $"],
    },
    {
      name: "reports an operation of what require() gives",
      code: `const asyncio = require("tsyncio"); function* main() { «asyncio.sleep(1)»; }`,
      language: "commonjs",
      suggests: ["yield* $"],
    },
    {
      name: "reports an operation destructured from require() made by createRequire()",
      code: `import { createRequire } from "node:module";
        const require = createRequire(import.meta.url);
        const { sleep: pause } = require("tsyncio");
        function* main() { «pause(1)»; }`,
      suggests: ["yield* $"],
    },
    {
      name: "reports an operation of a dynamic import",
      code: `const { sleep } = await import("tsyncio"); function* main() { «sleep(1)»; }`,
      suggests: ["yield* $"],
    },
    {
      name: "reports an operation destructured from the namespace",
      code: `import * as asyncio from "tsyncio"; const { sleep } = asyncio;
        function* main() { «sleep(1)»; }`,
      suggests: ["yield* $", "asyncio.createTask($)"],
    },
    {
      name: "reports an alias of an operation",
      code: `${IMPORTS}const pause = sleep; function* main() { «pause(1)»; }`,
    },
    {
      name: "reports an operation imported from an entry of tsyncio",
      code: `import { sleep } from "tsyncio/node"; function* main() { «sleep(1)»; }`,
      suggests: ["yield* $"],
    },
    {
      name: "reports every lazy function of tsyncio",
      code: `import * as a from "tsyncio";
        function* main() {
          «a.wait([])»; «a.waitFor(x, 1)»; «a.asyncWith(cm, f)»; «a.asyncFor(it, f)»;
          «a.fromPromise(p)»; «a.toThread(f)»;
        }`,
      suggests: ["yield* $", "a.createTask($)"],
    },
    {
      name: "reports a declared function*",
      code: `${IMPORTS}function* work() {} function* main() { «work()»; }`,
    },
    {
      name: "reports a function* in a const",
      code: `${IMPORTS}const work = function* () {}; function* main() { «work()»; }`,
    },
    {
      name: "reports a function* called before it is declared",
      code: `${IMPORTS}function* main() { «work()»; } function* work() {}`,
    },
    {
      name: "reports a function* expression called on the spot",
      code: `${IMPORTS}function* main() { «(function* () {})()»; }`,
    },
    {
      name: "reports a function* called through call() and apply()",
      code: `${IMPORTS}function* work() {}
        function* main() { «work.call(null, 1)»; «work.apply(null, [])»; }`,
    },
    {
      name: "reports a function* that calls itself",
      code: `${IMPORTS}const run = function* again() { «again()»; };`,
    },
    {
      name: "reports a function* exported as default",
      code: `${IMPORTS}export default function* main() { «main()»; }`,
    },
    {
      name: "reports an arrow function whose body is an operation",
      code: `${IMPORTS}const tick = () => sleep(1); function* main() { «tick()»; }`,
    },
    {
      name: "accepts what is awaited, kept, returned or handed on",
      code: `${IMPORTS}function* work() {}
        function* main() {
          yield* sleep(1);
          const later = work();
          createTask(work());
          const both = [sleep(1), work()];
          if (later) return sleep(2);
          for (const x of work()) use(x);
          return work();
        }`,
    },
    {
      name: "accepts createTask() and ensureFuture() as statements",
      code: `import * as a from "tsyncio"; function* main() { a.createTask(f()); a.ensureFuture(f()); }`,
    },
    {
      name: "accepts functions of tsyncio that give nothing to await",
      code: `import { run, getRunningLoop, timeout } from "tsyncio";
        run(main); getRunningLoop().createTask(main()); timeout(1); function* main() {}`,
    },
    {
      name: "accepts a name that is imported from elsewhere",
      code: `import { sleep } from "./sleep.js"; import { work } from "tsyncio-like";
        function* main() { sleep(1); work(); }`,
    },
    { name: "accepts a name that nothing declares", code: `function* main() { sleep(1); }` },
    {
      name: "accepts a parameter that shadows the import",
      code: `${IMPORTS}function* main(sleep) { sleep(1); }`,
    },
    {
      name: "accepts a block's name that shadows a function*",
      code: `function* work() {} { const work = () => 1; work(); }`,
    },
    {
      name: "accepts a require() that is the file's own",
      code: `function require() {} const { sleep } = require("tsyncio"); sleep(1);`,
    },
    {
      name: "accepts a variable that is given another value",
      code: `let work = function* () {}; work = () => 1; work();`,
    },
    {
      name: "accepts ordinary, async and async generator functions",
      code: `function f() {} async function g() {} async function* h() {}
        const k = () => 1; f(); g(); h(); k();`,
    },
    {
      name: "accepts a function that refers to itself without end",
      code: `const f = () => f(); f(); const a = () => b(); const b = () => a(); a();`,
    },
    { name: "accepts the promise of a then()", code: `${IMPORTS}sleep(1).then(() => 1);` },
    {
      name: "accepts what is bound, not called, and calls of other loaders",
      code: `${IMPORTS}function* work() {} work.bind(null); sleep.name; load("tsyncio").sleep(1);`,
    },
    {
      name: "accepts an async arrow function, whose call gives a promise",
      code: `${IMPORTS}const f = async () => sleep(1); f();`,
    },
    {
      name: "accepts names taken out of the namespace by position or computed key",
      code: `import * as asyncio from "tsyncio"; const [sleep] = asyncio;
        const { [wait]: pause, ...rest } = asyncio; sleep(1); pause(1); rest.sleep(1);`,
    },
  ],
};
