/**
 * Where the generator of a function is kept.
 *
 * Calling a generator function for the first time costs fifty times what calling it again does (about a microsecond in
 * V8), so one generator serves all calls: `(body ??= { *name() {…} }.name)(…)`. It sees the variables of the call that
 * made it, so the variable that keeps it must live exactly as long as what the function closes over. That is the nearest
 * list of statements, if the way up to it passes nothing that gives one function several surroundings.
 */
import type { FunctionNode, Node } from "../syntax/node.js";

/** The node whose scope can hold the variable: a list of statements, the expression of an arrow, the body of a loop. */
export type Home = Node;

/** The home of `node`, which stands below the nodes of `path`; undefined where each call must make its own generator. */
export function homeOf(node: FunctionNode, path: readonly Node[]): Home | undefined {
  // These see something that is made anew with each evaluation: the function's own name, the private names of a class.
  let seesEvaluation = node.type === "FunctionExpression" && node.id !== null;
  let child: Node = node;
  for (let depth = path.length - 1; depth >= 0; depth--) {
    const parent = path[depth] as Node;
    switch (parent.type) {
      case "Program":
      case "BlockStatement":
      case "StaticBlock":
      case "TSModuleBlock":
        return parent;
      case "ArrowFunctionExpression":
        return child === parent.body ? child : undefined;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "CatchClause":
        return undefined;
      case "ClassDeclaration":
      case "ClassExpression":
        seesEvaluation = true;
        break;
      case "PropertyDefinition":
      case "AccessorProperty":
        if (seesEvaluation && child === parent.value) return undefined;
        break;
      case "WhileStatement":
      case "DoWhileStatement":
        if (child === parent.body) return child;
        if (seesEvaluation) return undefined;
        break;
      case "ForStatement":
        return child === parent.body ? child : undefined;
      case "ForInStatement":
      case "ForOfStatement":
        if (child === parent.body) return child;
        if (child === parent.left) return undefined;
        break;
      default:
    }
    child = parent;
  }
  return undefined;
}
