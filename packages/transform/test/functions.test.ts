import { describe, expect, it } from "vitest";
import { loadLowered, runLowered, same } from "./programs.js";

describe("transform()", () => {
  it("transform() keeps the names and lengths of functions of every kind", async () => {
    await same(
      `
      async function declared(a, b) {}
      async function withDefault(a, b = 1, c) {}
      async function withRest(a, ...b) {}
      async function withPattern({ a }, [b]) {}
      const arrow = async (a, b) => {};
      const bare = async a => a;
      const lazy = async (a, { b } = {}, c) => a;
      const expression = async function (a) {};
      const named = async function inner(a) {};
      let assigned; assigned = async () => {};
      const { fromPattern = async () => {} } = {};
      const key = "computed";
      const symbol = Symbol("sym");
      const object = {
        async method(a) {}, async "not-a-name"(a, b) {}, async 42() {}, async [key](a) {},
        async [symbol]() {}, arrow: async () => {}, expression: async function () {},
        async *generator(a, b, c) {}, async get() {}, async async() {}, async __proto__() {},
      };
      class Class {
        async method(a, b) {} static async made(a) {} async [key]() {} async *items(a = 1) {}
        field = async (a) => {}; static field = async () => {};
        async #private(a) {} get private() { return this.#private; }
        async constructor2() {} async "quoted name"() {} static async name() {}
      }
      const functions = [
        declared, withDefault, withRest, withPattern, arrow, bare, lazy, expression, named, assigned, fromPattern,
        object.method, object["not-a-name"], object[42], object[key], object[symbol], object.arrow,
        object.expression, object.generator, object.get, object.async, object.__proto__,
        Class.prototype.method, Class.made, Class.prototype[key], Class.prototype.items, new Class().field,
        Class.field, new Class().private, Class.prototype.constructor2, Class.prototype["quoted name"], Class.name,
        async () => {}, async function () {}, (async () => {}), [async (a) => {}][0],
      ];
      exports.main = async () => functions.map((fn) => [fn.name, fn.length]);
      `,
      [
        ["declared", 2],
        ["withDefault", 1],
        ["withRest", 1],
        ["withPattern", 2],
        ["arrow", 2],
        ["bare", 1],
        ["lazy", 1],
        ["expression", 1],
        ["inner", 1],
        ["assigned", 0],
        ["fromPattern", 0],
        ["method", 1],
        ["not-a-name", 2],
        ["42", 0],
        ["computed", 1],
        ["[sym]", 0],
        ["arrow", 0],
        ["expression", 0],
        ["generator", 3],
        ["get", 0],
        ["async", 0],
        ["__proto__", 0],
        ["method", 2],
        ["made", 1],
        ["computed", 0],
        ["items", 0],
        ["field", 1],
        ["field", 0],
        ["#private", 1],
        ["constructor2", 0],
        ["quoted name", 0],
        ["name", 0],
        ["", 0],
        ["", 0],
        ["", 0],
        ["", 1],
      ],
    );
  });

  it("transform() keeps `this` of calls, methods, arrows and static members", async () => {
    await same(
      `
      "use strict";
      async function free() { return this; }
      function sloppyFree() { return this; }
      const object = { async method() { return this === object; }, async outer() { return await (async () => this === object)(); } };
      class Class {
        static async self() { return this === Class; }
        async me() { return [this instanceof Class, await this.arrow(), await this.nested()]; }
        arrow = async () => this instanceof Class;
        async nested() { const f = async () => { const g = async () => this; return await g(); }; return (await f()) === this; }
      }
      exports.main = async function () {
        return [
          await free(), await free.call(5), await object.method(), await object.outer(), await Class.self(),
          await new Class().me(), await Class.prototype.me.call(Object.assign(Object.create(Class.prototype), {
            arrow: async () => "own" })),
        ];
      };
      `,
      [undefined, 5, true, true, true, [true, true, true], [true, "own", true]],
    );
  });

  it("transform() keeps the `this` of sloppy functions", async () => {
    await same(
      `
      async function loose() { return typeof this; }
      async function strict() { "use strict"; return typeof this; }
      exports.main = async () => [await loose.call(1), await strict.call(1)];
      `,
      ["object", "number"],
    );
  });

  it("transform() keeps `arguments`, in arrows those of the function around them", async () => {
    await same(
      `
      async function all(a) { return [a, ...arguments].concat(arguments.length); }
      function outer() { return async (b) => [b, arguments[0], ({ arguments }).arguments.length]; }
      async function nested() { const inner = async () => [...arguments]; return (await inner("ignored")).concat(arguments.length); }
      async function mixed() { return await (() => (async () => arguments[1])())(); }
      const object = { async method() { return arguments.length; }, arguments: 1 };
      async function property() { return object.arguments; }
      exports.main = async () => [
        await all(1, 2, 3), await outer("x", "y")("z"), await nested(1, 2), await mixed(1, 2),
        await object.method(1, 2, 3), await property(),
      ];
      `,
      [[1, 1, 2, 3, 3], ["z", "x", 2], [1, 2, 2], 2, 3, 1],
    );
  });

  it("transform() keeps `super` in methods, arrows, accessors and object literals", async () => {
    await same(
      `
      const log = [];
      class Base {
        value = 1;
        async greet(name) { return "base " + name + " " + this.id; }
        static async make(x) { return [this === Derived, x]; }
        get computed() { return this.id + 1; }
        set stored(v) { log.push(["stored", v, this.id]); }
        sync() { return this.id; }
        tag(strings, ...values) { return strings.join("|") + values.join("|") + this.id; }
        async maybe() { return "maybe"; }
      }
      class Derived extends Base {
        id = 7;
        async greet(name) { return "derived " + (await super.greet(await name)); }
        static async make(x) { return await super.make(x); }
        async read() { super.stored = super.computed; super.own = 3; return [super.computed, super["sy" + "nc"](), this.own, super.missing?.(), await super.maybe?.()]; }
        async arrow() { const f = async (x) => await super.greet(x); return [await f("a"), (() => super.sync())()]; }
        plain() { return async () => super.sync(); }
        field = async () => super.sync();
        async tagged() { return super.tag\`a\${1}b\`; }
        async *items() { yield super.sync(); yield* [super.computed]; }
      }
      const proto = { async hello() { return "proto " + this.name; } };
      const object = { __proto__: proto, name: "o", async hello() { return await super.hello(); } };
      exports.main = async () => {
        const d = new Derived();
        const items = []; for await (const item of d.items()) items.push(item);
        return [await d.greet(Promise.resolve("x")), await Derived.make(2), await d.read(), await d.arrow(), await d.plain()(),
          await d.field(), await d.tagged(), items, await object.hello(), log];
      };
      `,
      [
        "derived base x 7",
        [true, 2],
        [8, 7, 3, undefined, "maybe"],
        ["base a 7", 7],
        7,
        7,
        "a|b17",
        [7, 8],
        "proto o",
        [["stored", 8, 7]],
      ],
    );
  });

  it("transform() keeps `new.target` of the function around an arrow", async () => {
    await same(
      `
      function Maker() { this.get = async () => new.target === Maker; }
      async function plain() { return new.target; }
      exports.main = async () => [await new Maker().get(), await plain(), await (function () { return async () => new.target; })()()];
      `,
      [true, undefined, undefined],
    );
  });

  it("transform() evaluates defaults and patterns of parameters when the call starts, in their order", async () => {
    await same(
      `
      const log = [];
      const note = (x) => (log.push(x), x);
      async function f({ a, b: { c = note("c") } = note({}) }, d = note("d"), [e = note("e")] = [], ...rest) { return [a, c, d, e, rest]; }
      async function fails({ x }) { return x; }
      const arrow = async ({ x } = { x: 1 }, ...more) => [x, more];
      const scope = async (g = () => inner, inner = 5) => g();
      exports.main = async () => {
        const first = await f({ a: 1 });
        let message;
        try { await fails(); } catch (error) { message = error.name; }
        return [first, await f({ a: 1, b: { c: 2 } }, 3, [4], 5, 6), message, await arrow(), await arrow({ x: 2 }, 3), await scope(), log.map(String)];
      };
      `,
      [
        [1, "c", "d", "e", []],
        [1, 2, 3, 4, [5, 6]],
        "TypeError",
        [1, []],
        [2, [3]],
        5,
        ["[object Object]", "c", "d", "e"],
      ],
    );
  });

  it("transform() keeps declarations hoisted, in blocks and cycles too", async () => {
    await same(
      `
      exports.early = typeof declared === "function" && declared.name;
      const before = declared();
      async function declared() { return [await inner()]; async function inner() { return "inner"; } }
      exports.main = async () => {
        { var inBlock = await local(); async function local() { return "local"; } }
        switch (2) { case 1: async function later() { return "later"; } case 2: var inSwitch = await later(); }
        return [exports.early, await before, inBlock, inSwitch];
      };
      `,
      ["declared", ["inner"], "local", "later"],
    );
  });

  it("transform() gives each evaluation of a function its own surroundings", async () => {
    await same(
      `
      exports.main = async () => {
        const made = [];
        for (let i = 0; i < 3; i++) made.push(async () => i);
        for (const i of [3, 4]) { const twice = async () => 2 * i; made.push(twice); }
        for (let i = 5, first = async () => i; i < 7; i++) made.push(first);
        let n = 0; while (n < 2) made.push((([m]) => async () => m)([n++]));
        do { const m = n; made.push(async () => m); } while (n++ < 3);
        for (const key in { x: 1, y: 2 }) made.push(async () => key);
        const nested = (a) => (b) => async (c) => [a, b, c].join("");
        made.push(nested(1)(2), nested(3)(4));
        function defaults(x, f = async () => x) { return f; }
        made.push(defaults("p"), defaults("q"));
        const mixin = (Base, tag) => class extends Base { #tag = tag; async tag() { return this.#tag; } };
        const A = mixin(Object, "A"), B = mixin(Object, "B");
        const named = []; while (named.length < 2) named.push(async function me() { return me; });
        class Outer { Inner = class { #p = 1; async has() { return this.#p; } } }
        const o1 = new Outer(), o2 = new Outer();
        class Field { constructor(v) { this.v = v; } get = async () => this.v; deep = { get: async () => this.v }; }
        return [
          await Promise.all(made.map((f) => f("c"))), await new A().tag(), await new B().tag(),
          (await named[0]()) === named[0], (await named[1]()) === named[1],
          await new o1.Inner().has(), await new o2.Inner().has(),
          await new Field(1).get(), await new Field(2).get(), await new Field(3).deep.get(),
        ];
      };
      `,
      [
        [0, 1, 2, 6, 8, 5, 5, 0, 1, 2, 3, "x", "y", "12c", "34c", "p", "q"],
        "A",
        "B",
        true,
        true,
        1,
        1,
        1,
        2,
        3,
      ],
    );
  });

  it("transform() keeps private names, static blocks, accessors and class expressions", async () => {
    await same(
      `
      class Counter {
        #n = 0; static #made = 0; static first = Counter.make();
        static { this.ready = (async () => Counter.#made)(); }
        static async make() { Counter.#made++; return new Counter(); }
        async #bump() { return ++this.#n; }
        async bump() { await this.#bump(); return await this.#bump(); }
        get later() { return (async () => this.#n)(); }
        set later(v) { this.#n = v; }
        static has(x) { return #n in x; }
        static async [Symbol.hasInstance](x) { return "computed"; }
      }
      const Anonymous = class { async go() { return Anonymous.name; } };
      const Named = class Inner { async go() { return Inner === Named; } };
      exports.main = async () => {
        const c = await Counter.first;
        const proxied = new Proxy(new Named(), {});
        return [await c.bump(), await c.later, Counter.has(c), await Counter.ready, await new Anonymous().go(), await proxied.go(), await Counter[Symbol.hasInstance]()];
      };
      `,
      [2, 2, true, 1, "Anonymous", true, "computed"],
    );
  });

  it("transform() keeps async functions in generators and generators in async functions", async () => {
    await same(
      `
      function* outer() { const x = yield async () => 1; yield (async () => (yield_(x)))(); function yield_(v) { return v * 2; } }
      exports.main = async () => {
        const g = outer();
        const f = g.next().value;
        const inner = function* () { const v = yield 1; return v; };
        const i = inner(); i.next();
        return [await f(), await g.next(21).value, i.next(3).value, [...(function* () { yield* [1, 2]; })()]];
      };
      `,
      [1, 42, 3, [1, 2]],
    );
  });

  it("transform() lowers a method behind a field without a semicolon", async () => {
    await same(
      `
      const k = "go";
      class A {
        x = [1]
        async [k]() { return "computed"; }
        y = 2
        async *items() { yield this.y }
        z
        async plain() { return this.x }
      }
      exports.main = async () => { const a = new A(); return [await a.go(), (await a.items().next()).value, await a.plain()]; };
      `,
      ["computed", 2, [1]],
    );
  });

  it("transform() makes a call lazy inside a task", async () => {
    const log = await runLowered(`
      const log = [];
      async function work() { log.push("ran"); }
      exports.main = async () => { const kept = work(); log.push("called"); await kept; return log; };
    `);
    expect(log).toEqual(["called", "ran"]);
  });

  it("transform() makes coroutines that are promises to whoever checks", () => {
    const { f } = loadLowered(`exports.f = async () => {}; exports.main = 0;`);
    const coroutine = (f as () => unknown)();
    expect(coroutine).toBeInstanceOf(Promise);
  });
});
