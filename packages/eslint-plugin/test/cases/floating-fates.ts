import { noFloatingCoroutine as rule } from "../../src/rules/no-floating-coroutine.js";
import type { RuleSuite } from "../rule-case.js";

const IMPORTS = `import { createTask, gather, Queue, shield, sleep } from "tsyncio";\n`;

/** Which results are thrown away, and what is offered instead. */
export const floatingFates: RuleSuite = {
  name: "no-floating-coroutine: what becomes of the result",
  rule,
  suggests: ["yield* $", "createTask($)"],
  cases: [
    {
      name: "reports the branches of a condition",
      code: `${IMPORTS}function* main(x) { x ? «sleep(1)» : «sleep(2)»; }`,
    },
    {
      name: "reports the right side of a logical expression, with parentheses",
      code: `${IMPORTS}function* main(x) { x && «sleep(1)»; x ?? «sleep(1)»; }`,
      suggests: ["(yield* $)", "createTask($)"],
    },
    {
      name: "reports all parts of a sequence that is a statement",
      code: `${IMPORTS}function* main() { «sleep(1)», «sleep(2)»; }`,
    },
    {
      name: "reports all but the last part of a sequence that is a value",
      code: `${IMPORTS}function* main() { return («sleep(1)», sleep(2)); }`,
    },
    {
      name: "reports the first and last part of a for loop's head",
      code: `${IMPORTS}function* main() { for («sleep(1)»; x; «sleep(2)») {} }`,
    },
    {
      name: "reports a call in the body of a loop or condition without braces",
      code: `${IMPORTS}function* main() { if (x) «sleep(1)»; else «sleep(2)»; for (;;) «sleep(3)»; }`,
    },
    {
      name: "reports a future of gather() and shield() that nobody waits for",
      code: `${IMPORTS}function* main() { «gather(f(), g())»; «shield(f())»; }`,
      suggests: ["yield* $"],
    },
    {
      name: "offers createTask() alone in an ordinary function",
      code: `${IMPORTS}list.forEach((x) => { «sleep(x)»; }); function f() { «sleep(1)»; }`,
      suggests: ["createTask($)"],
    },
    {
      name: "offers await for an operation in an async function",
      code: `${IMPORTS}async function main() { «sleep(1)»; }`,
      suggests: ["await $", "createTask($)"],
    },
    {
      name: "offers createTask() alone for a function* in an async function",
      code: `${IMPORTS}function* work() {} async function main() { «work()»; }`,
      suggests: ["createTask($)"],
    },
    {
      name: "offers no keyword in a class's initialisers, which are no part of the function around",
      code: `${IMPORTS}function* main() {
          class A { static { «sleep(1)»; } x = («sleep(2)», 1); } }`,
      suggests: [],
    },
    {
      name: "offers nothing outside functions",
      code: `${IMPORTS}«sleep(1)»; class A { static { «sleep(2)»; } }`,
      suggests: [],
    },
    {
      name: "offers a createTask() that is imported under another name",
      code: `import { sleep, createTask as spawn } from "tsyncio"; function* f() { «sleep(1)»; }`,
      suggests: ["yield* $", "spawn($)"],
    },
    {
      name: "imports createTask() along with its use",
      code: `import { sleep } from "tsyncio"; function* f() { «sleep(1)»; }`,
      suggests: ["yield* $"],
      addsImport: ["{ sleep }", "{ sleep, createTask }"],
    },
    {
      name: "offers no createTask() where another one is in the way",
      code: `import { sleep } from "tsyncio"; function* f(createTask) { «sleep(1)»; }`,
      suggests: ["yield* $"],
    },
    {
      name: "accepts a gather() that void throws away on purpose",
      code: `${IMPORTS}function* main() { void gather(f(), g()); }`,
    },
    {
      name: "accepts the body of an arrow function, which is its result",
      code: `${IMPORTS}const later = [() => sleep(1)]; const run = (x) => x && sleep(x);`,
    },
    {
      name: "accepts a condition and the left side of a logical expression",
      code: `${IMPORTS}function* main() { if (sleep(1)) f(); sleep(1) && f(); sleep(1) ? f() : g(); }`,
    },
  ],
};

/** What `void` throws away; the suggestions replace it and are tested by themselves. */
export const floatingVoid: RuleSuite = {
  name: "no-floating-coroutine: void",
  rule,
  cases: [
    {
      name: "reports a coroutine that void throws away, since nothing of it runs either",
      code: `function* work() {} const f = () => void «work()»;`,
    },
  ],
};
