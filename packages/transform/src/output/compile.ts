/**
 * TypeScript, JSX, decorators and `using` become JavaScript for Node, by swc. It is loaded for the first file that needs
 * it: a program of plain JavaScript starts without.
 */
import { createRequire } from "node:module";
import type { Options } from "@swc/core";
import type { Program } from "oxc-parser";
import type { Format, Language } from "../syntax/language.js";
import { forEachChild, type Node } from "../syntax/node.js";
import { faultAt } from "../syntax/source-error.js";

/** What every supported Node has by itself. */
const TARGET = "es2022";

/** The settings of a `tsconfig.json` that change what a file does when it runs. */
export interface CompilerOptions {
  readonly emitDecoratorMetadata?: boolean | undefined;
  readonly experimentalDecorators?: boolean | undefined;
  readonly jsx?: string | undefined;
  readonly jsxFactory?: string | undefined;
  readonly jsxFragmentFactory?: string | undefined;
  readonly jsxImportSource?: string | undefined;
  readonly target?: string | undefined;
  readonly useDefineForClassFields?: boolean | undefined;
  readonly verbatimModuleSyntax?: boolean | undefined;
}

/** A file to be compiled. */
export interface Input {
  readonly code: string;
  /** Its tree before it was lowered. */
  readonly program: Program;
  /** The file as errors name it. */
  readonly file: string;
  /** The file as the source map names it. */
  readonly source: string;
  readonly language: Language;
  /** How the result is loaded. */
  readonly format: Format;
  readonly options: CompilerOptions;
}

let swc: typeof import("@swc/core") | undefined;

/** True for a file that Node cannot run as it is. */
export function needsCompiling({
  code,
  format,
  language,
  program,
}: Omit<Input, "file" | "options" | "source">) {
  if (language !== "js") return true;
  if (format === "commonjs" && hasModuleSyntax(program)) return true;
  return /@|\b(?:using|accessor)\b/.test(code) && hasNewSyntax(program);
}

function hasModuleSyntax(program: Program): boolean {
  return program.body.some(({ type }) => /^(?:Import|Export|TSExport|TSImportEquals)/.test(type));
}

function hasNewSyntax(node: Node): boolean {
  if (node.type === "Decorator" || node.type === "AccessorProperty") return true;
  if (node.type === "VariableDeclaration" && node.kind.endsWith("using")) return true;
  let found = false;
  forEachChild(node, (child) => {
    found ||= hasNewSyntax(child);
  });
  return found;
}

/**
 * Compiles a file to what Node runs.
 * @throws {SourceError} when swc cannot read it (`ERR_SOURCE_SYNTAX`).
 */
export function compile(input: Input): { code: string; map: string } {
  swc ??= createRequire(import.meta.url)("@swc/core") as typeof import("@swc/core");
  try {
    const { code, map } = swc.transformSync(input.code, optionsFor(input));
    return { code, map: map as string };
  } catch (error) {
    throw explained(error, input);
  }
}

function optionsFor({ format, language, options, program, source }: Input): Options {
  const isTypeScript = language === "ts" || language === "tsx";
  return {
    filename: source,
    sourceFileName: source,
    swcrc: false,
    configFile: false,
    isModule: format === "module" || isTypeScript || hasModuleSyntax(program),
    sourceMaps: true,
    inlineSourcesContent: true,
    jsc: {
      target: TARGET,
      parser: isTypeScript
        ? { syntax: "typescript", tsx: language === "tsx", decorators: true }
        : {
            syntax: "ecmascript",
            jsx: language === "jsx",
            decorators: true,
            explicitResourceManagement: true,
          },
      transform: transformFor(options),
      keepClassNames: true,
      experimental: { keepImportAttributes: true },
    },
    ...modulesFor(format, program),
  };
}

type Transform = NonNullable<NonNullable<Options["jsc"]>["transform"]>;

function transformFor(options: CompilerOptions): Transform {
  const { target = TARGET, useDefineForClassFields } = options;
  const defines = !/^es(?:3|5|6|20(?:1\d|2[01]))$/i.test(target);
  return {
    ...(options.experimentalDecorators === true
      ? { legacyDecorator: true, decoratorMetadata: options.emitDecoratorMetadata === true }
      : { decoratorVersion: "2023-11" }),
    react: jsxFor(options),
    useDefineForClassFields: useDefineForClassFields ?? defines,
    verbatimModuleSyntax: options.verbatimModuleSyntax === true,
  };
}

function jsxFor(options: CompilerOptions): NonNullable<Transform["react"]> {
  const { jsx, jsxFactory, jsxFragmentFactory, jsxImportSource } = options;
  if (jsx === "react") {
    return {
      runtime: "classic",
      ...(jsxFactory === undefined ? {} : { pragma: jsxFactory }),
      ...(jsxFragmentFactory === undefined ? {} : { pragmaFrag: jsxFragmentFactory }),
    };
  }
  return {
    runtime: "automatic",
    ...(jsxImportSource === undefined ? {} : { importSource: jsxImportSource }),
  };
}

function modulesFor(format: Format, { body }: Program): Options {
  if (format === "commonjs") {
    // The annotation tells Node the names of the exports.
    return { module: { type: "commonjs", exportInteropAnnotation: true } };
  }
  // `import x = require()`: gives an ES module a `require`.
  const requires = body.some(({ type }) => type === "TSImportEqualsDeclaration");
  return requires ? { module: { type: "nodenext" } } : {};
}

/** swc's message is a picture for the terminal; what it says and the line are taken out of it. */
function explained(error: unknown, { code, file }: Input): Error {
  const text = error instanceof Error ? error.message : String(error);
  const message = /^\s*x (.+)$/m.exec(text)?.[1] ?? text.trim();
  const line = Number(/,-\[.*?:(\d+):\d+\]/.exec(text)?.[1] ?? 1);
  const offset = code.split("\n", line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  return faultAt(code, file, offset, message);
}
