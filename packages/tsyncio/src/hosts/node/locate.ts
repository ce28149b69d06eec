/**
 * Where a suspended generator stands, asked of the engine's inspector at the moment a report is printed. A suspended
 * generator keeps no stack that a program could read, and to note one at every wait would cost more than the wait.
 */
import { Session } from "node:inspector";
import type { CoroutineLocation } from "../../kernel/host.js";

interface Property {
  name: string;
  value?: {
    description?: string;
    value?: { scriptId: string; lineNumber: number };
  };
}

const HOLDER = "__tsyncioLocate";

/**
 * The function and line in which `generator` is suspended, the function's own line when it has ended; undefined where the
 * inspector cannot tell.
 */
export function locateGenerator(generator: object): CoroutineLocation | undefined {
  const scripts = new Map<string, string>();
  const session = new Session();
  try {
    session.connect();
    session.on("Debugger.scriptParsed", ({ params }) => scripts.set(params.scriptId, params.url));
    session.post("Debugger.enable");
    const properties = internalProperties(session, generator);
    const location = properties.find(({ name }) => name === "[[GeneratorLocation]]")?.value?.value;
    const fn = properties.find(({ name }) => name === "[[GeneratorFunction]]")?.value?.description;
    if (location === undefined) return undefined;
    const functionName = /^(?:async\s+)?function\*?\s*([\w$]*)|^\*\s*([\w$]+)/.exec(fn ?? "");
    return {
      functionName: functionName?.[1] || functionName?.[2] || "(anonymous)",
      file: scripts.get(location.scriptId) ?? "unknown",
      line: location.lineNumber + 1,
    };
  } catch {
    // A report without places is better than none: the inspector may be compiled out or in use.
    return undefined;
  } finally {
    session.disconnect();
  }
}

function internalProperties(session: Session, value: object): Property[] {
  const globals = globalThis as Record<string, unknown>;
  let properties: Property[] = [];
  globals[HOLDER] = value;
  try {
    session.post("Runtime.evaluate", { expression: `globalThis.${HOLDER}` }, (error, answer) => {
      const objectId = answer?.result?.objectId;
      if (error !== null || objectId === undefined) return;
      session.post("Runtime.getProperties", { objectId, ownProperties: true }, (_error, found) => {
        properties = (found?.internalProperties ?? []) as Property[];
      });
    });
  } finally {
    delete globals[HOLDER];
  }
  return properties;
}
