import { describe, it } from "vitest";
import { same } from "./programs.js";

describe("decorators", () => {
  it("decorators see methods with their names, lengths and context", async () => {
    await same(
      `
      const log: unknown[] = [];
      function logged(value: any, context: any) {
        log.push([context.kind, String(context.name), context.static, context.private, value?.name, value?.length]);
        if (context.kind === "method") return async function (this: any, ...args: any[]) { return ["wrapped", await value.apply(this, args)]; };
        return undefined;
      }
      const factory = (f: () => Promise<string>) => (value: any, context: any) => { context.addInitializer(async function (this: any) { log.push(await f()); }); };
      @factory(async () => "class initialiser")
      class Service {
        base = 10;
        @logged async plain(a: number, b?: number): Promise<number> { return this.base + a + arguments.length; }
        @logged static async made(): Promise<boolean> { return this === Service; }
        @logged async *items(): AsyncGenerator<number> { yield this.base; }
        @logged accessor stored = async () => this.base + 1;
        @logged field = async () => this.base + 2;
        @logged async #hidden(): Promise<string> { return "hidden"; }
        async reveal() { return await this.#hidden(); }
      }
      export async function main() {
        const s = new Service();
        return [await s.plain(1, 2), await Service.made(), await s.stored(), await s.field(), await s.reveal(), s.plain.length, log];
      }
      `,
      [
        ["wrapped", 13],
        ["wrapped", true],
        11,
        12,
        ["wrapped", "hidden"],
        0,
        [
          ["method", "made", true, false, "made", 0],
          ["method", "plain", false, false, "plain", 2],
          ["method", "items", false, false, "items", 0],
          ["accessor", "stored", false, false, undefined, undefined],
          ["method", "#hidden", false, true, "#hidden", 0],
          ["field", "field", false, false, undefined, undefined],
          "class initialiser",
        ],
      ],
      "program.cts",
    );
  });
});

describe("TypeScript", () => {
  it("TypeScript of every kind is read and stripped", async () => {
    await same(
      `
      enum Level { Low = 1, High = Low << 2 }
      namespace Space { export async function inside(x: number): Promise<number> { return await twice(x); } const twice = async (x: number) => x * 2; }
      abstract class Shape { constructor(protected readonly name: string, private size = 1) {} abstract area(): Promise<number>; async describe(this: Shape): Promise<string> { return \`\${this.name} \${await this.area()} \${this.size}\`; } }
      class Square extends Shape { declare tag: string; public override async area(): Promise<number> { return (await Promise.resolve(4 as const))!; } }
      async function overloaded(a: string): Promise<string>;
      async function overloaded(a: number, b?: number): Promise<number>;
      async function overloaded(a: any, b?: any): Promise<any> { return b ?? a; }
      const generic = async <T extends object, U = string>(this_: T, key?: U): Promise<[T, U?]> => [this_, key];
      const satisfied = (async () => ({ a: 1 })) satisfies () => Promise<{ a: number }>;
      const cast = <any>(async (x: unknown) => x as string);
      async function assertion(x: unknown): Promise<boolean> { const is = (y: unknown): y is string => typeof y === "string"; return is(x); }
      async function withThis(this: { v: number }, add: number = 1) { return this.v + add; }
      let definite!: number; definite = 3;
      type Alias = Awaited<ReturnType<typeof overloaded>>;
      export async function main() {
        const x: Alias = (await overloaded(1, 2)) as number;
        const list = [await generic<{ k: 1 }>({ k: 1 }), await satisfied(), await cast<string>("c")] as const;
        return [x, list, await new Square("square").describe(), await Space.inside(21), Level.High, await assertion("s"), await withThis.call({ v: 4 }), await withThis.call({ v: 4 }, 2), definite];
      }
      `,
      [2, [[{ k: 1 }, undefined], { a: 1 }, "c"], "square 4 1", 42, 4, true, 5, 6, 3],
      "program.cts",
    );
  });
});
