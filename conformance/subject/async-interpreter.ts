/**
 * The interpreter in the form of `async` functions, awaiting by `await`: `@tsyncio/transform` lowers
 * this file wherever it is loaded. Without that it fails on the first program.
 */
import * as asyncio from "tsyncio";
import type { Block, Operation, Step } from "../program/program.js";
import {
  type Begin,
  describe,
  Frame,
  Missing,
  type OperationOf,
  Returned,
  Steps,
  type WaitOf,
} from "./steps.js";
import { caught, errorText } from "./trace.js";

type Flow = Promise<Returned | undefined>;

/** The main coroutine of a program, in the form of `async` functions. */
export async function mainAsync(begin: Begin): Promise<unknown> {
  return begin(AsyncInterpreter).runBody("main");
}

class AsyncInterpreter extends Steps {
  override async runBody(name: string): Promise<unknown> {
    this.trace.label(asyncio.currentTask(), name);
    this.trace.add(`enter ${name}`);
    let returned: Returned | undefined;
    try {
      returned = await this.#block(this.body(name), new Frame());
    } catch (error) {
      this.trace.add(`leave ${name} ! ${errorText(error)}`);
      throw error;
    }
    this.trace.add(`leave ${name} = ${this.trace.value(returned?.value)}`);
    return returned?.value;
  }

  override async wait(of: readonly asyncio.Future<unknown>[], e: WaitOf): Promise<unknown> {
    const [done, pending] = await asyncio.wait(of, this.waitOptions(e));
    return [this.members(done), this.members(pending)];
  }

  async #block(ops: Block, frame: Frame): Flow {
    for (const op of ops) {
      const returned = await this.#operation(op, frame);
      if (returned !== undefined) return returned;
    }
    return undefined;
  }

  async #operation(op: Step | Operation, frame: Frame): Flow {
    switch (op.op) {
      case "await":
        return this.#await(op);
      case "return":
        return new Returned(op.v);
      case "reraise":
        if (frame.error !== undefined) throw frame.error;
        return undefined;
      case "try":
        return this.#try(op, frame);
      case "repeat":
        return this.#repeat(op, frame);
      case "ifDone": {
        const thing = this.slots.get(op.on);
        return this.#block(thing?.done() === true ? op.body : (op.else ?? []), frame);
      }
      case "with":
        return this.#with(op, frame);
      case "timeout":
        return this.#fresh(this.timeoutOf(op), op, frame);
      case "group":
        return this.#fresh(new asyncio.TaskGroup(), op, frame);
      case "asCompleted":
        return this.#asCompleted(op, frame);
      default:
        this.step(op, frame);
        return undefined;
    }
  }

  async #await(op: OperationOf<"await">): Flow {
    const text = describe(op.e);
    let value: unknown;
    try {
      value = await this.build(op.e);
    } catch (error) {
      if (error instanceof Missing) {
        this.trace.add(`${text} missing`);
        return undefined;
      }
      this.trace.add(`${text} ! ${errorText(error)}`);
      throw error;
    }
    this.trace.add(`${text} = ${this.trace.value(value)}`);
    return undefined;
  }

  async #try(op: OperationOf<"try">, frame: Frame): Flow {
    let returned: Returned | undefined;
    let failure: { readonly error: unknown } | undefined;
    try {
      returned = await this.#guarded(op, frame);
    } catch (error) {
      failure = { error };
    }
    if (op.finally !== undefined) {
      this.trace.add("finally");
      const overriding = await this.#block(op.finally, frame);
      if (overriding !== undefined) return overriding;
    }
    if (failure !== undefined) throw failure.error;
    return returned;
  }

  async #guarded(op: OperationOf<"try">, frame: Frame): Flow {
    try {
      return await this.#block(op.body, frame);
    } catch (error) {
      if (op.except === undefined || !caught(op.except, error)) throw error;
      this.trace.add(`except ${errorText(error)}`);
      const outer = frame.error;
      frame.error = error;
      try {
        return await this.#block(op.handler ?? [], frame);
      } finally {
        frame.error = outer;
      }
    }
  }

  async #repeat(op: OperationOf<"repeat">, frame: Frame): Flow {
    for (let i = 0; i < op.times; i++) {
      const returned = await this.#block(op.body, frame);
      if (returned !== undefined) return returned;
    }
    return undefined;
  }

  async #with(op: OperationOf<"with">, frame: Frame): Flow {
    const manager = this.slots.get(op.on);
    if (manager === undefined) {
      this.trace.add(`with ${op.on} missing`);
      return undefined;
    }
    return await this.#inside(manager, op.on, op.body, frame);
  }

  async #fresh(
    manager: asyncio.AsyncContextManager<unknown>,
    op: { readonly to: string; readonly body: Block },
    frame: Frame,
  ): Flow {
    this.slots.set(op.to, manager);
    return await this.#inside(manager, op.to, op.body, frame);
  }

  async #inside(
    manager: asyncio.AsyncContextManager<unknown>,
    name: string,
    body: Block,
    frame: Frame,
  ): Flow {
    let returned: Returned | undefined;
    try {
      returned = await asyncio.asyncWith(manager, async (entered) => {
        const value = entered === manager ? undefined : entered;
        this.trace.add(`with ${name} = ${this.trace.value(value)}`);
        return await this.#block(body, frame);
      });
    } catch (error) {
      this.trace.add(`without ${name} ! ${errorText(error)}`);
      throw error;
    }
    this.trace.add(`without ${name}`);
    return returned;
  }

  async #asCompleted(op: OperationOf<"asCompleted">, frame: Frame): Flow {
    let of: asyncio.AnyAwaitable<unknown>[];
    try {
      of = op.of.map((e) => this.build(e));
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      this.trace.add("asCompleted missing");
      return undefined;
    }
    const it = asyncio.asCompleted(of, op.timeout === undefined ? {} : { timeout: op.timeout });
    let returned: Returned | undefined;
    try {
      returned =
        op.to === undefined
          ? await this.#asCompletedPlain(it, op, frame)
          : await this.#asCompletedAsync(it, op.to, op, frame);
    } catch (error) {
      this.trace.add(`asCompleted ! ${errorText(error)}`);
      throw error;
    }
    this.trace.add("asCompleted end");
    return returned;
  }

  async #asCompletedPlain(
    it: asyncio.AsCompleted<unknown>,
    op: OperationOf<"asCompleted">,
    frame: Frame,
  ): Flow {
    let left = op.limit;
    for (const following of it) {
      try {
        this.trace.add(`completed = ${this.trace.value(await following)}`);
      } catch (error) {
        if (!caught("Error", error)) throw error;
        this.trace.add(`completed ! ${errorText(error)}`);
        if (op.keep !== true) throw error;
      }
      const returned = await this.#block(op.body, frame);
      if (returned !== undefined) return returned;
      if (left !== undefined && --left === 0) break;
    }
    return undefined;
  }

  async #asCompletedAsync(
    it: asyncio.AsCompleted<unknown>,
    to: string,
    op: OperationOf<"asCompleted">,
    frame: Frame,
  ): Flow {
    let left = op.limit;
    for await (const future of it) {
      this.slots.set(to, future);
      this.trace.add(`completed ${this.trace.value(future)} ${this.trace.value(future.done())}`);
      const returned = await this.#block(op.body, frame);
      if (returned !== undefined) return returned;
      if (left !== undefined && --left === 0) break;
    }
    return undefined;
  }
}
