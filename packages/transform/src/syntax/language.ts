/** What the name of a file says of it. */

/** How a file is loaded. */
export type Format = "module" | "commonjs";

/** The dialect of a file. */
export type Language = "js" | "jsx" | "ts" | "tsx";

/** The dialect that a file's name says; undefined for what is no program. */
export function languageOf(filename: string): Language | undefined {
  const [, extension] = /\.([cm]?[jt]s|[jt]sx)$/.exec(filename) ?? [];
  return extension?.replace(/^[cm]/, "") as Language | undefined;
}

/** The format that a file's name fixes: `.mts`, `.cjs` and their like. */
export function formatOf(filename: string): Format | undefined {
  if (/\.m[jt]s$/.test(filename)) return "module";
  if (/\.c[jt]s$/.test(filename)) return "commonjs";
  return undefined;
}
