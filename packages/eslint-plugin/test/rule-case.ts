import type { Rule } from "../src/rule.js";

/** What a case may be written in. */
export type Language = "javascript" | "commonjs" | "typescript";

/** A piece of code, with marks where the rule reports; without marks it is to be accepted. */
export interface RuleCase {
  readonly name: string;
  readonly code: string;
  /** JavaScript modules unless said otherwise; ESLint, which has no parser for TypeScript of its own, skips those. */
  readonly language?: Language;
  /** What the suggestions write, `$` standing for the marked text; the default is that of the suite. */
  readonly suggests?: readonly string[];
  /** One more suggestion, `createTask`, that also replaces this part of the imports. */
  readonly addsImport?: readonly [from: string, to: string];
}

/** Cases of one rule, with what they have in common. */
export interface RuleSuite {
  readonly name: string;
  readonly rule: Rule;
  readonly suggests?: readonly string[];
  /** The marked text after the automatic fix; none when the rule has no fix. */
  readonly fix?: (marked: string) => string;
  readonly cases: readonly RuleCase[];
}
