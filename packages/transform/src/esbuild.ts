/** The plugin for esbuild: `import { tsyncio } from "@tsyncio/transform/esbuild"`. */
import { plugin } from "./plugin/plugin.js";

export type { Filter, PluginOptions } from "./plugin/plugin.js";

/** Turns the `async` functions of the program into coroutines; of its dependencies, none. */
export const tsyncio = plugin.esbuild;
