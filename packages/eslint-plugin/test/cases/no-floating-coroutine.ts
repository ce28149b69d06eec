import type { RuleSuite } from "../rule-case.js";
import { floatingCalls } from "./floating-calls.js";
import { floatingFates, floatingVoid } from "./floating-fates.js";
import { floatingInTypeScript } from "./floating-in-typescript.js";
import { floatingMethods } from "./floating-methods.js";

/** The cases of `no-floating-coroutine`. */
export const noFloatingCoroutineSuites: readonly RuleSuite[] = [
  floatingCalls,
  floatingMethods,
  floatingFates,
  floatingVoid,
  floatingInTypeScript,
];
