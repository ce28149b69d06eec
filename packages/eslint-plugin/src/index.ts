/**
 * `eslint-plugin-tsyncio`: lint rules for programs written with tsyncio. They read syntax alone, so that they need
 * neither a TypeScript compiler nor a parser of their own, and run in ESLint's flat configuration as well as in
 * oxlint's `jsPlugins`.
 */

import type { Rule } from "./rule.js";
import { noFloatingCoroutine } from "./rules/no-floating-coroutine.js";
import { requireYieldStar } from "./rules/require-yield-star.js";

/** A flat configuration for ESLint. */
export interface RecommendedConfig {
  readonly name: string;
  readonly plugins: { readonly tsyncio: TsyncioPlugin };
  readonly rules: {
    "tsyncio/no-floating-coroutine": "error";
    "tsyncio/require-yield-star": "error";
  };
}

/** The plugin as ESLint and oxlint load it. */
export interface TsyncioPlugin {
  readonly meta: { readonly name: string; readonly version: string };
  readonly rules: { readonly "no-floating-coroutine": Rule; readonly "require-yield-star": Rule };
  readonly configs: { readonly recommended: RecommendedConfig };
}

/** The rules, and the configuration that turns them on. */
const plugin: TsyncioPlugin = {
  meta: { name: "eslint-plugin-tsyncio", version: "0.1.0" },
  rules: {
    "no-floating-coroutine": noFloatingCoroutine,
    "require-yield-star": requireYieldStar,
  },
  configs: {
    /** Both rules as errors. */
    get recommended(): RecommendedConfig {
      return {
        name: "tsyncio/recommended",
        plugins: { tsyncio: plugin },
        rules: {
          "tsyncio/no-floating-coroutine": "error",
          "tsyncio/require-yield-star": "error",
        },
      };
    },
  },
};

export default plugin;
