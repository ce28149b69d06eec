import { describe, expect, test } from "vitest";
import { checkLayers } from "./check.js";

/** @type {import("./check.js").Layers} */
const LAYERS = {
  minimumModules: 2,
  packages: [
    {
      path: "packages/core",
      holds: "",
      mayImport: [],
      platform: "any",
      clocks: ["hosts"],
      entries: { "index.ts": "any" },
      layers: [
        { folder: "kernel", holds: "" },
        { folder: "hosts", holds: "" },
        { folder: "sync", holds: "" },
      ],
    },
    { path: "packages/extra", holds: "", mayImport: ["core"], platform: "node" },
    { path: "packages/lone", holds: "", mayImport: [], platform: "any", clocks: [] },
  ],
};

/** @type {Map<string, import("./resolve.js").Manifest>} */
const MANIFESTS = new Map([
  [
    "packages/core",
    {
      name: "core",
      exports: { ".": "./dist/index.js" },
      imports: {
        "#host": {
          node: { source: "./src/hosts/node/index.ts", default: "./dist/hosts/node/index.js" },
          default: { source: "./src/hosts/browser/index.ts" },
        },
      },
    },
  ],
  ["packages/extra", { name: "extra", dependencies: { core: "1.0.0", ws: "8.0.0" } }],
  ["packages/lone", { name: "lone", devDependencies: { eslint: "10.0.0" } }],
]);

const SOUND = {
  "packages/core/src/index.ts": 'export { Lock } from "./sync/lock.js";',
  "packages/core/src/kernel/loop.ts": "export class Loop {}",
  "packages/core/src/hosts/node/index.ts":
    'import { Loop } from "../../kernel/loop.js"; import "node:net"; setTimeout(() => Loop);',
  "packages/core/src/hosts/browser/index.ts": "export const now = () => performance.now();",
  "packages/core/src/sync/lock.ts":
    'import { Loop } from "../kernel/loop.js"; import "#host"; export class Lock extends Loop {}',
  "packages/extra/src/main.ts": 'import { Lock } from "core"; import "ws"; setTimeout(Lock);',
};

/** The offences of a sound tree with these files changed or added. */
/** @param {Record<string, string>} changes */
function offences(changes) {
  const files = new Map(Object.entries({ ...SOUND, ...changes }));
  return checkLayers(LAYERS, files, MANIFESTS).offences;
}

describe("checkLayers()", () => {
  test("finds nothing in a sound tree", () => {
    expect(offences({})).toEqual([]);
  });

  test("fails when it saw fewer modules than stated", () => {
    const { offences: found } = checkLayers(
      { minimumModules: 2, packages: [] },
      new Map(),
      new Map(),
    );
    expect(found).toEqual([
      "layers.json: found 0 modules, expected at least 2; the check is looking in the wrong place",
    ]);
  });

  test("reports an entry that does not exist", () => {
    const files = new Map(Object.entries(SOUND).slice(1));
    expect(checkLayers(LAYERS, files, MANIFESTS).offences).toEqual([
      "layers.json: entry packages/core/src/index.ts does not exist",
    ]);
  });

  /** @type {[string, Record<string, string>, string][]} */
  const planted = [
    [
      "an import of a folder above",
      { "packages/core/src/kernel/task.ts": '\nimport "../sync/event.js";', ...event() },
      'packages/core/src/kernel/task.ts:2 "kernel" may not import "sync" (packages/core/src/sync/event.ts)',
    ],
    [
      "a type import of a folder above",
      {
        "packages/core/src/kernel/task.ts": 'import type { A } from "../sync/event.js";',
        ...event(),
      },
      'packages/core/src/kernel/task.ts:1 "kernel" may not import "sync" (packages/core/src/sync/event.ts)',
    ],
    [
      "a dynamic import of a folder above",
      { "packages/core/src/kernel/task.ts": 'await import("../sync/event.js");', ...event() },
      'packages/core/src/kernel/task.ts:1 "kernel" may not import "sync" (packages/core/src/sync/event.ts)',
    ],
    [
      "an import of an entry",
      { "packages/core/src/sync/event.ts": 'import "../index.js";' },
      "packages/core/src/sync/event.ts:1 imports the entry packages/core/src/index.ts: nothing imports an entry",
    ],
    [
      "an import of a test file",
      {
        "packages/core/src/sync/event.ts": 'import "./lock.test.js";',
        "packages/core/src/sync/lock.test.ts": "",
      },
      "packages/core/src/sync/event.ts:1 imports the test file packages/core/src/sync/lock.test.ts",
    ],
    [
      "a folder that is no layer",
      { "packages/core/src/odds/event.ts": "" },
      'packages/core/src/odds/event.ts:1 folder "odds" is not in layers.json',
    ],
    [
      "a folder whose name says nothing",
      { "packages/core/src/kernel/utils/event.ts": "" },
      'packages/core/src/kernel/utils/event.ts:1 lies in a folder named "utils": name it after what it holds',
    ],
    [
      "a file beside the entries",
      { "packages/core/src/version.ts": "" },
      "packages/core/src/version.ts:1 lies beside the entries but is none of layers.json",
    ],
    [
      "a file of no package",
      { "stray/event.ts": "" },
      "stray/event.ts:1 belongs to no package of layers.json",
    ],
    [
      "an import that leads nowhere",
      { "packages/core/src/sync/event.ts": 'import "./gone.js";' },
      'packages/core/src/sync/event.ts:1 "./gone.js" leads to no source file',
    ],
    [
      "a private import that leads nowhere",
      { "packages/core/src/sync/event.ts": 'import "#gone";' },
      'packages/core/src/sync/event.ts:1 "#gone" leads to no source file',
    ],
    [
      "a path into another package",
      { "packages/extra/src/main.ts": 'import "../../core/src/index.js";' },
      "packages/extra/src/main.ts:1 imports packages/core/src/index.ts, outside its package: import the published name",
    ],
    [
      "a part of a package that is not published",
      { "packages/extra/src/main.ts": 'import "core/dist/index.js";' },
      'packages/extra/src/main.ts:1 "core/dist/index.js" is not published',
    ],
    [
      "a package of the workspace that is not allowed",
      { "packages/lone/src/rule.ts": 'import "core";' },
      'packages/lone/src/rule.ts:1 packages/lone may not import "core"',
    ],
    [
      "a dependency that is not declared",
      { "packages/core/src/sync/event.ts": 'import "ws";' },
      'packages/core/src/sync/event.ts:1 imports "ws", which its package does not depend on',
    ],
    [
      "a development dependency in published code",
      { "packages/lone/src/rule.ts": 'import "eslint";' },
      'packages/lone/src/rule.ts:1 imports "eslint", which its package does not depend on',
    ],
    [
      "a module of Node outside a folder named node",
      { "packages/core/src/sync/event.ts": 'import "node:net";' },
      'packages/core/src/sync/event.ts:1 imports "node:net" outside a folder named "node"',
    ],
    [
      "a module of Node without its prefix",
      { "packages/core/src/hosts/node/index.ts": 'import "net";' },
      'packages/core/src/hosts/node/index.ts:1 write "node:net"',
    ],
    [
      "a module of Node that an entry for any engine loads",
      {
        "packages/core/src/hosts/node/wake.ts": 'import "node:net";',
        "packages/core/src/hosts/browser/index.ts": 'import "../node/wake.js";',
      },
      "packages/core/src/hosts/node/wake.ts:1 loads Node's modules into packages/core/src/index.ts (imported by packages/core/src/hosts/browser/index.ts)",
    ],
    [
      "a global of Node outside a folder named node",
      { "packages/core/src/sync/event.ts": "export const id = process.pid;" },
      'packages/core/src/sync/event.ts:1 uses process outside a folder named "node"',
    ],
    [
      "the DOM outside a folder named browser",
      { "packages/core/src/sync/event.ts": "document.title;" },
      'packages/core/src/sync/event.ts:1 uses document outside a folder named "browser"',
    ],
    [
      "a clock outside the folders that may read it",
      { "packages/core/src/sync/event.ts": "\n\nexport const now = Date.now();" },
      'packages/core/src/sync/event.ts:3 uses Date.now: clocks and timers belong in "hosts"',
    ],
    [
      "a module of timers outside the folders that may set them",
      { "packages/core/src/sync/node/event.ts": 'import "node:timers/promises";' },
      'packages/core/src/sync/node/event.ts:1 imports "node:timers/promises": clocks and timers belong in "hosts"',
    ],
    [
      "a cycle of imports that run",
      {
        "packages/core/src/sync/a.ts": 'import { b } from "./b.js"; export const a = b;',
        "packages/core/src/sync/b.ts": 'import { type A } from "./a.js"; export const b = 1;',
      },
      "import cycle: packages/core/src/sync/a.ts, packages/core/src/sync/b.ts",
    ],
    [
      "a cycle of types that leaves its folder",
      {
        "packages/core/src/sync/a.ts": 'import type { B } from "./deep/b.js";',
        "packages/core/src/sync/deep/b.ts": 'export type B = import("../a.js").A;',
      },
      "import cycle of types across folders: packages/core/src/sync/a.ts, packages/core/src/sync/deep/b.ts",
    ],
  ];

  test.each(planted)("catches %s", (_name, changes, offence) => {
    expect(offences(changes)).toEqual([offence]);
  });

  test("allows a cycle of types inside one folder", () => {
    const changes = {
      "packages/core/src/sync/a.ts": 'import type { B } from "./b.js"; export class A {}',
      "packages/core/src/sync/b.ts": 'import { A } from "./a.js"; export class B {}',
    };
    expect(offences(changes)).toEqual([]);
  });

  test("allows tests to import every folder and to read the clock", () => {
    const text = 'import "../sync/lock.js"; import "node:net"; import "vitest"; Date.now();';
    expect(offences({ "packages/core/src/kernel/loop.test.ts": text })).toEqual([]);
  });
});

/** A sound module that planted imports lead to. */
function event() {
  return { "packages/core/src/sync/event.ts": "export class A {}" };
}
