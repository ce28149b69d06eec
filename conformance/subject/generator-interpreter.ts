/** The interpreter in generator form: a body is a `function*`, awaiting is `yield*`. */
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

type Flow = Generator<asyncio.Suspension, Returned | undefined, unknown>;

/** The main coroutine of a program, in generator form. */
export function* mainGenerator(begin: Begin): asyncio.Coroutine<unknown> {
  return yield* begin(GeneratorInterpreter).runBody("main");
}

class GeneratorInterpreter extends Steps {
  override *runBody(name: string): asyncio.Coroutine<unknown> {
    this.trace.label(asyncio.currentTask(), name);
    this.trace.add(`enter ${name}`);
    let returned: Returned | undefined;
    try {
      returned = yield* this.#block(this.body(name), new Frame());
    } catch (error) {
      this.trace.add(`leave ${name} ! ${errorText(error)}`);
      throw error;
    }
    this.trace.add(`leave ${name} = ${this.trace.value(returned?.value)}`);
    return returned?.value;
  }

  override *wait(of: readonly asyncio.Future<unknown>[], e: WaitOf): asyncio.Coroutine<unknown> {
    const [done, pending] = yield* asyncio.wait(of, this.waitOptions(e));
    return [this.members(done), this.members(pending)];
  }

  *#block(ops: Block, frame: Frame): Flow {
    for (const op of ops) {
      const returned = yield* this.#operation(op, frame);
      if (returned !== undefined) return returned;
    }
    return undefined;
  }

  *#operation(op: Step | Operation, frame: Frame): Flow {
    switch (op.op) {
      case "await":
        return yield* this.#await(op);
      case "return":
        return new Returned(op.v);
      case "reraise":
        if (frame.error !== undefined) throw frame.error;
        return undefined;
      case "try":
        return yield* this.#try(op, frame);
      case "repeat":
        return yield* this.#repeat(op, frame);
      case "ifDone": {
        const thing = this.slots.get(op.on);
        return yield* this.#block(thing?.done() === true ? op.body : (op.else ?? []), frame);
      }
      case "with":
        return yield* this.#with(op, frame);
      case "timeout":
        return yield* this.#fresh(this.timeoutOf(op), op, frame);
      case "group":
        return yield* this.#fresh(new asyncio.TaskGroup(), op, frame);
      case "asCompleted":
        return yield* this.#asCompleted(op, frame);
      default:
        this.step(op, frame);
        return undefined;
    }
  }

  *#await(op: OperationOf<"await">): Flow {
    const text = describe(op.e);
    let value: unknown;
    try {
      value = yield* this.build(op.e);
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

  *#try(op: OperationOf<"try">, frame: Frame): Flow {
    let returned: Returned | undefined;
    let failure: { readonly error: unknown } | undefined;
    try {
      returned = yield* this.#guarded(op, frame);
    } catch (error) {
      failure = { error };
    }
    if (op.finally !== undefined) {
      this.trace.add("finally");
      const overriding = yield* this.#block(op.finally, frame);
      if (overriding !== undefined) return overriding;
    }
    if (failure !== undefined) throw failure.error;
    return returned;
  }

  *#guarded(op: OperationOf<"try">, frame: Frame): Flow {
    try {
      return yield* this.#block(op.body, frame);
    } catch (error) {
      if (op.except === undefined || !caught(op.except, error)) throw error;
      this.trace.add(`except ${errorText(error)}`);
      const outer = frame.error;
      frame.error = error;
      try {
        return yield* this.#block(op.handler ?? [], frame);
      } finally {
        frame.error = outer;
      }
    }
  }

  *#repeat(op: OperationOf<"repeat">, frame: Frame): Flow {
    for (let i = 0; i < op.times; i++) {
      const returned = yield* this.#block(op.body, frame);
      if (returned !== undefined) return returned;
    }
    return undefined;
  }

  *#with(op: OperationOf<"with">, frame: Frame): Flow {
    const manager = this.slots.get(op.on);
    if (manager === undefined) {
      this.trace.add(`with ${op.on} missing`);
      return undefined;
    }
    return yield* this.#inside(manager, op.on, op.body, frame);
  }

  *#fresh(
    manager: asyncio.AsyncContextManager<unknown>,
    op: { readonly to: string; readonly body: Block },
    frame: Frame,
  ): Flow {
    this.slots.set(op.to, manager);
    return yield* this.#inside(manager, op.to, op.body, frame);
  }

  *#inside(
    manager: asyncio.AsyncContextManager<unknown>,
    name: string,
    body: Block,
    frame: Frame,
  ): Flow {
    const interpreter = this;
    let returned: Returned | undefined;
    try {
      returned = yield* asyncio.asyncWith(manager, function* inside(entered) {
        const value = entered === manager ? undefined : entered;
        interpreter.trace.add(`with ${name} = ${interpreter.trace.value(value)}`);
        return yield* interpreter.#block(body, frame);
      });
    } catch (error) {
      this.trace.add(`without ${name} ! ${errorText(error)}`);
      throw error;
    }
    this.trace.add(`without ${name}`);
    return returned;
  }

  *#asCompleted(op: OperationOf<"asCompleted">, frame: Frame): Flow {
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
          ? yield* this.#asCompletedPlain(it, op, frame)
          : yield* this.#asCompletedAsync(it, op.to, op, frame);
    } catch (error) {
      this.trace.add(`asCompleted ! ${errorText(error)}`);
      throw error;
    }
    this.trace.add("asCompleted end");
    return returned;
  }

  *#asCompletedPlain(
    it: asyncio.AsCompleted<unknown>,
    op: OperationOf<"asCompleted">,
    frame: Frame,
  ): Flow {
    let left = op.limit;
    for (const following of it) {
      try {
        this.trace.add(`completed = ${this.trace.value(yield* following)}`);
      } catch (error) {
        if (!caught("Error", error)) throw error;
        this.trace.add(`completed ! ${errorText(error)}`);
        if (op.keep !== true) throw error;
      }
      const returned = yield* this.#block(op.body, frame);
      if (returned !== undefined) return returned;
      if (left !== undefined && --left === 0) break;
    }
    return undefined;
  }

  *#asCompletedAsync(
    it: asyncio.AsCompleted<unknown>,
    to: string,
    op: OperationOf<"asCompleted">,
    frame: Frame,
  ): Flow {
    const interpreter = this;
    let left = op.limit;
    let returned: Returned | undefined;
    yield* asyncio.asyncFor(it, function* eachCompleted(future) {
      interpreter.slots.set(to, future);
      interpreter.trace.add(
        `completed ${interpreter.trace.value(future)} ${interpreter.trace.value(future.done())}`,
      );
      returned = yield* interpreter.#block(op.body, frame);
      if (returned !== undefined) return asyncio.BREAK;
      if (left !== undefined && --left === 0) return asyncio.BREAK;
      return undefined;
    });
    return returned;
  }
}
