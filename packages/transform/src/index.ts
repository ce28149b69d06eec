/** The transform itself, for tools; `@tsyncio/transform/register` and the bundler plugins are entries of their own. */
export type { CompilerOptions } from "./output/compile.js";
export { type Transformed, type TransformOptions, transform } from "./output/transform.js";
export type { Format, Language } from "./syntax/language.js";
export { type Fault, SourceError } from "./syntax/source-error.js";
