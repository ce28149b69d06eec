import { type Linter, RuleTester } from "eslint";
import { describe, it } from "vitest";
import { noFloatingCoroutineSuites } from "./cases/no-floating-coroutine.js";
import { requireYieldStarSuites } from "./cases/require-yield-star.js";
import { type Mark, parseMarks } from "./marked-code.js";
import type { RuleCase, RuleSuite } from "./rule-case.js";

RuleTester.describe = describe;
RuleTester.it = it;

for (const suite of [...noFloatingCoroutineSuites, ...requireYieldStarSuites]) {
  const cases = suite.cases
    .filter(({ language }) => language !== "typescript")
    .map((ruleCase) => ({ ruleCase, ...parseMarks(ruleCase.code) }));
  if (cases.length === 0) continue;
  new RuleTester().run(suite.name, suite.rule, {
    valid: cases
      .filter(({ marks }) => marks.length === 0)
      .map(({ ruleCase, code }) => ({
        name: ruleCase.name,
        code,
        languageOptions: { sourceType: sourceTypeOf(ruleCase) },
      })),
    invalid: cases
      .filter(({ marks }) => marks.length > 0)
      .map(({ ruleCase, code, marks }) => ({
        name: ruleCase.name,
        code,
        languageOptions: { sourceType: sourceTypeOf(ruleCase) },
        errors: marks.map((mark) => errorAt(mark, suite, ruleCase)),
        ...(suite.fix === undefined ? {} : { output: fixAll(ruleCase.code, suite.fix) }),
      })),
  });
}

function sourceTypeOf({ language }: RuleCase): Linter.SourceType {
  return language === "commonjs" ? "commonjs" : "module";
}

function errorAt(mark: Mark, suite: RuleSuite, ruleCase: RuleCase) {
  const suggestions = (ruleCase.suggests ?? suite.suggests ?? []).map((template) => ({
    messageId: /^\(?(yield\*|await) /.test(template) ? "await" : "createTask",
    output: mark.replaced(template.replace("$", () => mark.text)),
  }));
  if (ruleCase.addsImport !== undefined) {
    const output = mark.replaced(`createTask(${mark.text})`).replace(...ruleCase.addsImport);
    suggestions.push({ messageId: "createTask", output });
  }
  return { ...mark.place, message: /./, suggestions };
}

function fixAll(marked: string, fix: (text: string) => string): string {
  return marked.replaceAll(/«([^»]*)»/g, (_, text: string) => fix(text));
}
