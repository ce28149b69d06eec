import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ScratchProject } from "./scratch-project.js";

/** What the installed plugin does when the linters run as programs. */

const PROGRAM = `import { sleep } from "tsyncio";

function* main() {
  yield sleep(1);
  sleep(2);
}
`;
const TYPED_PROGRAM = `import { type Queue, sleep } from "tsyncio";

export class Worker {
  constructor(readonly inbox: Queue<string>) {}

  *run(count: number): Generator<unknown, void> {
    yield sleep(count satisfies number);
    this.inbox.put("done");
  }
}
`;

const FILES = ["program.js", "program.ts"];

let project: ScratchProject;

beforeEach(async () => {
  project = await ScratchProject.create();
  await project.write({
    ".oxlintrc.json": JSON.stringify({
      jsPlugins: ["eslint-plugin-tsyncio"],
      categories: { correctness: "off" },
      rules: { "tsyncio/no-floating-coroutine": "error", "tsyncio/require-yield-star": "error" },
    }),
    "eslint.config.js": `import tsyncio from "eslint-plugin-tsyncio";
export default [{ ...tsyncio.configs.recommended, files: ["**/*.js"] }];`,
    "program.js": PROGRAM,
    "program.ts": TYPED_PROGRAM,
  });
});

afterEach(() => project.remove());

describe("eslint", () => {
  it("eslint prints what was found and what to write", async () => {
    const { status, output } = await project.run("eslint", "eslint", ["program.js"]);
    const lines = output.split("\n").map((line) => line.trim().replaceAll(/ {2,}/g, "  "));
    expect(lines).toContain(
      "4:3  error  Cannot wait for `sleep(…)`: `yield` hands it out instead of awaiting it; " +
        "write `yield* sleep(…)`  tsyncio/require-yield-star",
    );
    expect(output).toContain("tsyncio/no-floating-coroutine");
    expect(status).toBe(1);
  });

  it("eslint --fix writes the missing star and leaves the rest", async () => {
    const { status } = await project.run("eslint", "eslint", ["--fix", "program.js"]);
    expect(await project.read("program.js")).toBe(PROGRAM.replace("yield", "yield*"));
    expect(status).toBe(1);
  });
});

describe("oxlint", () => {
  it("oxlint --fix writes the missing star and leaves the rest, in TypeScript too", async () => {
    const { status } = await project.run("oxlint", "oxlint", ["--fix", ...FILES]);
    expect(await project.read("program.js")).toBe(PROGRAM.replace("yield", "yield*"));
    expect(await project.read("program.ts")).toBe(TYPED_PROGRAM.replace("yield", "yield*"));
    expect(status).toBe(1);
  });

  it("oxlint --fix-suggestions awaits what was thrown away", async () => {
    await project.run("oxlint", "oxlint", ["--fix-suggestions", ...FILES]);
    expect(await project.read("program.js")).toContain("\n  yield* sleep(2);\n");
    expect(await project.read("program.ts")).toContain('\n    yield* this.inbox.put("done");\n');
    const { status } = await project.run("oxlint", "oxlint", ["--fix", ...FILES]);
    expect(status).toBe(0);
  });
});
