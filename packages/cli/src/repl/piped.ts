/** The console without a terminal: what is piped in is evaluated, and its values are printed. */

import { createInterface } from "node:readline";
import { Incomplete } from "./rewrite-input.js";
import type { Workbench } from "./workbench.js";

/** Evaluates all of standard input. Resolves with 1 when something in it failed, otherwise with 0. */
export async function converse(workbench: Workbench): Promise<number> {
  // Nobody reads any more: nobody wants more.
  process.stdout.on("error", () => process.exit(1));
  process.on("uncaughtException", (error) => {
    console.error(`Uncaught ${workbench.printer.inspect(error, false)}`);
    process.exit(1);
  });
  let code = 0;
  let source = "";
  for await (const line of createInterface({ input: process.stdin })) {
    source += `${line}\n`;
    const result = await evaluate(source, workbench);
    if (result === "incomplete") continue;
    source = "";
    if (result === "failed") code = 1;
  }
  if (source.trim() === "") return code;
  console.error("Cannot run the last input: it is not complete");
  return 1;
}

async function evaluate(
  source: string,
  { session, compiler, printer }: Workbench,
): Promise<"done" | "failed" | "incomplete"> {
  let input: ReturnType<typeof compiler.compile>;
  try {
    input = compiler.compile(source);
  } catch (fault) {
    if (fault instanceof Incomplete) return "incomplete";
    console.error((fault as Error).stack);
    return "failed";
  }
  const outcome = await session.evaluate(input);
  const text = printer.show(outcome, false);
  if (outcome.kind === "error" || outcome.kind === "cancelled") {
    console.error(text);
    return "failed";
  }
  if (outcome.kind === "value") (globalThis as { _?: unknown })._ = outcome.value;
  if (text !== undefined) console.log(text);
  return "done";
}
