/** What to write instead, for the slips of somebody who is new to the library. */

/** The advice on an error that ends a program; undefined for most. `names` has what `tsyncio` exports. */
export function adviceOn(error: Error, names: object): string | undefined {
  const { message } = error;
  const [, missing] = /^([\w$]+) is not defined$/.exec(message) ?? [];
  if (missing !== undefined) {
    const what = missing === "asyncio" ? "* as asyncio" : isIn(names, missing) && `{ ${missing} }`;
    return what === false ? undefined : `Is an import missing? import ${what} from "tsyncio";`;
  }
  const [, called = ""] = /\.(\w+_\w+) is not a function$/.exec(message) ?? [];
  const camel = called.replaceAll(/_(\w)/g, (_all, letter: string) => letter.toUpperCase());
  if (camel !== called && isIn(names, camel)) return `Its name here is ${camel}.`;
  if (/'tsyncio' does not provide an export named 'default'/.test(message)) {
    return 'It has names only: import * as asyncio from "tsyncio";';
  }
  return undefined;
}

function isIn(names: object, name: string): boolean {
  return Object.hasOwn(names, name);
}
