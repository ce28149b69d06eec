import type { CallExpression, Node, YieldExpression } from "./syntax.js";

/**
 * What a rule is given and what it gives back: the part of the plugin interface that ESLint 9 and 10 and oxlint's
 * `jsPlugins` have in common. Declared here so that the package needs the types of neither.
 */

/** Where a name was declared. */
export interface Definition {
  readonly type: string;
  readonly node: Node;
  readonly name: Node;
}

/** One use of a name. */
export interface Reference {
  readonly identifier: Node;
  readonly resolved: Variable | null;
  readonly init?: boolean | undefined;
  isWrite(): boolean;
}

/** A name of a scope. */
export interface Variable {
  readonly name: string;
  readonly defs: readonly Definition[];
  readonly references: readonly Reference[];
}

/** A scope of the file. */
export interface Scope {
  readonly upper: Scope | null;
  readonly set: ReadonlyMap<string, Variable>;
  readonly references: readonly Reference[];
}

/** The file under the linter. */
export interface SourceCode {
  readonly ast: Node & { readonly type: "Program" };
  readonly scopeManager: { readonly scopes: readonly Scope[] } | null;
  getScope(node: Node): Scope;
  getText(node: Node): string;
}

/** Makes edits of the text. */
export interface Fixer {
  insertTextBefore(node: Node, text: string): Fix;
  insertTextAfter(node: Node, text: string): Fix;
  insertTextAfterRange(range: [number, number], text: string): Fix;
  replaceText(node: Node, text: string): Fix;
}

/** One edit of the text. */
export interface Fix {
  range: [number, number];
  text: string;
}

/** A change the developer may choose. */
export interface Suggestion {
  readonly messageId: string;
  readonly data: Record<string, string>;
  fix(fixer: Fixer): Fix | Fix[];
}

/** One finding. */
export interface Finding {
  readonly node: Node;
  readonly messageId: string;
  readonly data: Record<string, string>;
  readonly fix?: (fixer: Fixer) => Fix;
  readonly suggest?: Suggestion[];
}

/** What the linter hands to a rule for one file. */
export interface RuleContext {
  readonly sourceCode: SourceCode;
  report(finding: Finding): void;
}

/** What a rule listens to. */
export interface RuleListener {
  CallExpression?(node: CallExpression): void;
  YieldExpression?(node: YieldExpression): void;
  SpreadElement?(node: Node & { readonly type: "SpreadElement" }): void;
  ForOfStatement?(node: Node & { readonly type: "ForOfStatement" }): void;
  "Program:exit"?(node: Node): void;
}

/** What a linter may know about a rule without running it. */
export interface RuleMeta {
  readonly type: "problem";
  readonly docs: { readonly description: string; readonly recommended: boolean };
  readonly messages: Record<string, string>;
  readonly schema: [];
  readonly fixable?: "code";
  readonly hasSuggestions?: boolean;
}

/** What a rule listens to, as a linter takes it. */
export type Listeners = Record<string, (node: object) => void>;

/** A rule as a linter takes it: loosely typed, so that it fits the types of ESLint and of oxlint alike. */
export interface Rule {
  readonly meta: RuleMeta;
  create(context: object): Listeners;
}

/** Makes a rule out of its meta data and of what it does with one file. */
export function defineRule(meta: RuleMeta, create: (context: RuleContext) => RuleListener): Rule {
  return { meta, create: (context) => create(context as RuleContext) as Listeners };
}
