import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noFloatingCoroutineSuites } from "./cases/no-floating-coroutine.js";
import { requireYieldStarSuites } from "./cases/require-yield-star.js";
import { parseMarks } from "./marked-code.js";
import type { Language, RuleCase } from "./rule-case.js";
import { ScratchProject } from "./scratch-project.js";

/**
 * The cases once more in the real oxlint, those in TypeScript included: each case is a file, and one run of the
 * program checks them all. Suggestions are no part of its report; they are tested with ESLint.
 */

interface Span {
  readonly offset: number;
  readonly length: number;
}

interface Report {
  readonly diagnostics: readonly {
    readonly code: string;
    readonly filename: string;
    readonly labels: readonly { readonly span: Span }[];
  }[];
}

const EXTENSIONS: Record<Language, string> = {
  javascript: "js",
  commonjs: "cjs",
  typescript: "ts",
};
const SUITES = Object.entries({
  "no-floating-coroutine": noFloatingCoroutineSuites,
  "require-yield-star": requireYieldStarSuites,
}).flatMap(([rule, suites]) =>
  suites.map((suite, index) => ({ rule, suite, id: `${rule}-${index}` })),
);

let project: ScratchProject;
let report: Report;

beforeAll(async () => {
  project = await ScratchProject.create();
  const rules = Object.fromEntries(SUITES.map(({ rule }) => [`tsyncio/${rule}`, "error"]));
  const configuration = {
    jsPlugins: ["eslint-plugin-tsyncio"],
    categories: { correctness: "off" },
    rules,
  };
  await project.write({ ".oxlintrc.json": JSON.stringify(configuration) });
  for (const { suite, id } of SUITES) {
    const files = suite.cases.map((ruleCase, index) => [
      fileOf(ruleCase, id, index),
      parseMarks(ruleCase.code).code,
    ]);
    await project.write(Object.fromEntries(files) as Record<string, string>);
  }
  const { output } = await project.run("oxlint", "oxlint", ["--format", "json", "."]);
  report = JSON.parse(output) as Report;
});

afterAll(() => project.remove());

describe.each(SUITES)("$suite.name", ({ rule, suite, id }) => {
  it.each(suite.cases.map((ruleCase, index) => ({ ...ruleCase, index })))("$name", (ruleCase) => {
    const { code } = parseMarks(ruleCase.code);
    const file = fileOf(ruleCase, id, ruleCase.index);
    const diagnostics = report.diagnostics.filter(({ filename }) => filename === file);
    expect(diagnostics.filter((diagnostic) => !diagnostic.code.startsWith("tsyncio("))).toEqual([]);
    const spans = diagnostics
      .filter((diagnostic) => diagnostic.code === `tsyncio(${rule})`)
      .flatMap(({ labels }) => labels.map(({ span }) => span));
    expect(withMarks(code, spans)).toBe(ruleCase.code);
  });
});

function fileOf({ language }: RuleCase, id: string, index: number): string {
  return `${id}-${index}.${EXTENSIONS[language ?? "javascript"]}`;
}

function withMarks(code: string, spans: readonly Span[]): string {
  let marked = code;
  for (const { offset, length } of spans.toSorted((a, b) => b.offset - a.offset)) {
    const end = offset + length;
    marked = `${marked.slice(0, offset)}«${marked.slice(offset, end)}»${marked.slice(end)}`;
  }
  return marked;
}
