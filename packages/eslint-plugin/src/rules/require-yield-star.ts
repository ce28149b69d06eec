import { CoroutineEvidence } from "../coroutine-evidence.js";
import { Evaluator } from "../evaluator.js";
import { defineRule, type Rule, type RuleContext } from "../rule.js";
import { shortText } from "../short-text.js";
import type { YieldExpression } from "../syntax.js";
import { enclosingFunction, isGenerator } from "../tree.js";

/**
 * Finds `yield x` where `x` is to be awaited: without the star the coroutine around hands `x` to the event loop,
 * which cannot use it, instead of waiting for it.
 *
 * An ordinary generator may yield whatever it likes; what tells the two apart is in `CoroutineEvidence`.
 */
export const requireYieldStar: Rule = defineRule(
  {
    type: "problem",
    docs: {
      description: "Require `yield*` instead of `yield` before something that is to be awaited",
      recommended: true,
    },
    messages: {
      bare: "Cannot wait for `{{found}}`: `yield` hands it out instead of awaiting it; write `yield* {{found}}`",
    },
    schema: [],
    fixable: "code",
  },
  (context) => {
    const evidence = new CoroutineEvidence(new Evaluator(context.sourceCode));
    const bare: YieldExpression[] = [];
    return {
      CallExpression: (node) => evidence.addCall(node),
      SpreadElement: (node) => evidence.addIteration(node.argument),
      ForOfStatement: (node) => evidence.addIteration(node.right),
      YieldExpression(node) {
        const around = enclosingFunction(node);
        if (around === undefined || !isGenerator(around) || node.argument === null) return;
        evidence.addYield(around, node);
        if (!node.delegate) bare.push(node);
      },
      "Program:exit"() {
        for (const node of bare) {
          if (evidence.isMistake(node)) reportBare(node, context);
        }
      },
    };
  },
);

function reportBare(node: YieldExpression, context: RuleContext): void {
  const [start] = node.range;
  const keyword: [number, number] = [start, start + "yield".length];
  context.report({
    node,
    messageId: "bare",
    data: { found: node.argument === null ? "" : shortText(node.argument, context.sourceCode) },
    fix: (fixer) => fixer.insertTextAfterRange(keyword, "*"),
  });
}
