/** The plugin for webpack: `import { tsyncio } from "@tsyncio/transform/webpack"`. */
import { plugin } from "./plugin/plugin.js";

export type { Filter, PluginOptions } from "./plugin/plugin.js";

/** Turns the `async` functions of the program into coroutines; of its dependencies, none. */
export const tsyncio = plugin.webpack;
