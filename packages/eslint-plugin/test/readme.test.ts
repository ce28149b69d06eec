import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ScratchProject } from "./scratch-project.js";

/**
 * The README is true: its configurations work in both programs, and its examples are found wrong in the lines that say
 * so and nowhere else.
 */

interface Example {
  readonly rule: string;
  readonly code: string;
  readonly file: string;
}

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const examples = [...readme.matchAll(/^## `(tsyncio\/[\w-]+)`$([\s\S]*?)(?=^## )/gm)].flatMap(
  ([, rule = "", section = ""], chapter) =>
    [...section.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(
      ([, code = ""], index): Example => ({ rule, code, file: `example-${chapter}-${index}` }),
    ),
);

let project: ScratchProject;

beforeAll(async () => {
  project = await ScratchProject.create();
  for (const { code, file } of examples) {
    await project.write({ [`${file}.js`]: code, [`${file}.ts`]: code });
  }
});

afterAll(() => project.remove());

describe("README", () => {
  it("shows each rule wrong and right", () => {
    const kinds = examples.map(({ rule, code }) => `${rule} ${wrongLines(code).length > 0}`);
    expect(kinds).toEqual([
      "tsyncio/no-floating-coroutine true",
      "tsyncio/no-floating-coroutine false",
      "tsyncio/require-yield-star true",
      "tsyncio/require-yield-star false",
    ]);
  });

  it("configures oxlint to find what the examples call wrong, in JavaScript and TypeScript", async () => {
    await project.write({ ".oxlintrc.json": configuration(".oxlintrc.json") });
    const { status, output } = await project.run("oxlint", "oxlint", ["--format", "json", "."]);
    const { diagnostics } = JSON.parse(output) as {
      diagnostics: { code: string; filename: string; labels: { span: { line: number } }[] }[];
    };
    const found = diagnostics
      .filter(({ code }) => code.startsWith("tsyncio("))
      .map(({ code, filename, labels }) => {
        const rule = code.replace("(", "/").replace(")", "");
        return `${filename} ${rule} ${labels[0]?.span.line}`;
      });
    expect(found.sort()).toEqual(expectedFindings(["js", "ts"]));
    expect(status).toBe(1);
  });

  it("configures ESLint to find what the examples call wrong", async () => {
    await project.write({ "eslint.config.js": configuration("eslint.config.js") });
    const { status, output } = await project.run("eslint", "eslint", ["--format", "json", "."]);
    const results = JSON.parse(output) as {
      filePath: string;
      messages: { ruleId: string; line: number }[];
    }[];
    const found = results.flatMap(({ filePath, messages }) =>
      messages.map(({ ruleId, line }) => `${filePath.split(/[\\/]/).pop()} ${ruleId} ${line}`),
    );
    expect(found.sort()).toEqual(expectedFindings(["js"]));
    expect(status).toBe(1);
  });
});

function configuration(file: string): string {
  const start = readme.indexOf(`\`${file}\`:\n`);
  const block = /^```\w+\n([\s\S]*?)^```$/m.exec(readme.slice(start));
  expect(start).toBeGreaterThan(0);
  return block?.[1] ?? "";
}

function wrongLines(code: string): number[] {
  return code.split("\n").flatMap((line, index) => (line.includes("// wrong") ? [index + 1] : []));
}

function expectedFindings(extensions: string[]): string[] {
  return examples
    .flatMap(({ rule, code, file }) =>
      extensions.flatMap((extension) =>
        wrongLines(code).map((line) => `${file}.${extension} ${rule} ${line}`),
      ),
    )
    .sort();
}
