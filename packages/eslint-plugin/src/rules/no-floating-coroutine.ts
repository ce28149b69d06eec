import { type Fate, fateOf } from "../discarded.js";
import { Evaluator } from "../evaluator.js";
import {
  defineRule,
  type Fix,
  type Fixer,
  type Rule,
  type RuleContext,
  type SourceCode,
  type Suggestion,
} from "../rule.js";
import { shortText } from "../short-text.js";
import { findTaskStarter } from "../start-task.js";
import type { CallExpression, FunctionNode, Node } from "../syntax.js";
import { enclosingFunction, isGenerator, isWrapper } from "../tree.js";
import type { Awaitable } from "../value.js";

/**
 * Finds calls that make a coroutine and throw it away: nothing of it ever runs, and at run time a bare generator
 * leaves no trace of that.
 *
 * `void` is no way out for a coroutine, since it starts nothing; for `gather()` and `shield()`, which run by
 * themselves, it says that nobody needs their result. The body of an arrow function is its return value, not a
 * statement: `() => f()` hands the coroutine on.
 */
export const noFloatingCoroutine: Rule = defineRule(
  {
    type: "problem",
    docs: {
      description: "Disallow calls whose coroutine is thrown away before anything of it runs",
      recommended: true,
    },
    messages: {
      lazy: "Cannot run `{{call}}`: its coroutine is thrown away before anything of it runs; write {{cure}}",
      joining:
        "Cannot wait for `{{call}}`: its future is thrown away, and its error with it; write {{cure}}",
      await: "Wait for it: `{{keyword}} {{call}}`",
      createTask: "Let it run alongside: `createTask({{call}})`",
    },
    schema: [],
    hasSuggestions: true,
  },
  (context) => {
    const evaluator = new Evaluator(context.sourceCode);
    return { CallExpression: (node) => checkCall(node, context, evaluator) };
  },
);

function checkCall(node: CallExpression, context: RuleContext, evaluator: Evaluator): void {
  const fate = fateOf(node);
  if (fate === "used") return;
  const awaitable = evaluator.awaitable(node);
  if (awaitable === undefined || !isLost(awaitable, fate)) return;
  const call = shortText(node, context.sourceCode);
  const site: Site = { node, awaitable, call, around: enclosingFunction(node) };
  context.report({
    node,
    messageId: awaitable.form,
    data: { call, cure: cureFor(site) },
    suggest: suggestionsFor(site, context.sourceCode, evaluator),
  });
}

/** A discarded call and what stands around it. */
interface Site {
  readonly node: CallExpression;
  readonly awaitable: Awaitable;
  readonly call: string;
  readonly around: FunctionNode | undefined;
}

function isLost({ form }: Awaitable, fate: Fate): boolean {
  if (form === "started") return false;
  return form === "lazy" || fate === "discarded";
}

/** The keyword that awaits here: none outside coroutines, and a `function*` is nothing an async function can await. */
function keywordFor({ around, awaitable }: Site): "yield*" | "await" | undefined {
  if (around === undefined) return undefined;
  if (isGenerator(around)) return "yield*";
  return around.async && awaitable.generator === undefined ? "await" : undefined;
}

function cureFor(site: Site): string {
  const { call, awaitable, around } = site;
  const keyword = keywordFor(site);
  if (awaitable.form === "joining") {
    return `\`${keyword ?? "yield*"} ${call}\`, or \`void ${call}\` if nobody needs its result`;
  }
  if (around === undefined) return `\`run(${call})\` to start the program with it`;
  const task = `\`createTask(${call})\` to let it run alongside`;
  return keyword === undefined
    ? `${task}, or make the function around it a \`function*\` that waits with \`yield* ${call}\``
    : `\`${keyword} ${call}\` to wait for it, or ${task}`;
}

function suggestionsFor(site: Site, sourceCode: SourceCode, evaluator: Evaluator): Suggestion[] {
  const { node, call } = site;
  const suggestions: Suggestion[] = [];
  const keyword = keywordFor(site);
  if (keyword !== undefined && !isOptional(node)) {
    suggestions.push({
      messageId: "await",
      data: { call, keyword },
      fix: (fixer) => awaitIn(fixer, node, keyword, sourceCode),
    });
  }
  const starter =
    site.awaitable.form === "lazy" && site.around !== undefined && !isOptional(node)
      ? findTaskStarter(node, sourceCode, evaluator)
      : undefined;
  if (starter !== undefined) {
    suggestions.push({
      messageId: "createTask",
      data: { call },
      fix: (fixer) => [
        ...starter.imports(fixer),
        fixer.insertTextBefore(node, `${starter.callee}(`),
        fixer.insertTextAfter(node, ")"),
      ],
    });
  }
  return suggestions;
}

/** True inside `?.`: the call may give undefined, which can neither be awaited nor made a task. */
function isOptional(node: Node): boolean {
  for (let outer = node.parent; outer !== null && isWrapper(outer); outer = outer.parent) {
    if (outer.type === "ChainExpression") return true;
  }
  return false;
}

/** Puts the keyword before the call; in place of a `void` around it, and in parentheses where it binds too weakly. */
function awaitIn(fixer: Fixer, call: Node, keyword: string, sourceCode: SourceCode): Fix[] {
  let target = call;
  let isVoided = false;
  for (let outer = call.parent; outer !== null; outer = outer.parent) {
    if (outer.type === "UnaryExpression") isVoided = true;
    else if (!isWrapper(outer)) break;
    target = outer;
  }
  const isOperand = target.parent?.type === "LogicalExpression";
  const [open, close] = isOperand && keyword === "yield*" ? ["(", ")"] : ["", ""];
  if (isVoided) {
    return [fixer.replaceText(target, `${open}${keyword} ${sourceCode.getText(call)}${close}`)];
  }
  return [
    fixer.insertTextBefore(target, `${open}${keyword} `),
    ...(close === "" ? [] : [fixer.insertTextAfter(target, close)]),
  ];
}
