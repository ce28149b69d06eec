/** Programs as one would write them in Python, for reports. */
import type {
  Awaitable,
  Block,
  Callback,
  CaughtKind,
  Operation,
  Program,
  RaisedKind,
  Spec,
  Step,
} from "./program.js";

const EXCEPTIONS: Readonly<Record<CaughtKind | RaisedKind, string>> = {
  Any: "BaseException",
  Error: "Exception",
  Cancelled: "CancelledError",
  Timeout: "TimeoutError",
  Group: "BaseExceptionGroup",
  A: "ErrA",
  B: "ErrB",
  Interrupt: "KeyboardInterrupt",
};

const WHEN = { first: "FIRST_COMPLETED", error: "FIRST_EXCEPTION" } as const;

/** The program's source, one function after the other. */
export function printProgram(program: Program): string {
  return Object.entries(program.bodies)
    .map(([name, body]) => [`async def ${name}():`, ...indent(block(body))].join("\n"))
    .join("\n\n");
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `    ${line}`);
}

function block(ops: Block): string[] {
  return ops.length === 0 ? ["pass"] : ops.flatMap(statement);
}

function literal(value: unknown): string {
  if (value === undefined || value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "string" ? `'${value}'` : String(value);
}

function call(fn: string, args: readonly (string | undefined)[]): string {
  return `${fn}(${args.filter((arg) => arg !== undefined).join(", ")})`;
}

function option(name: string, value: unknown): string | undefined {
  return value === undefined ? undefined : `${name}=${literal(value)}`;
}

function expression(e: Awaitable): string {
  switch (e.aw) {
    case "call":
      return `${e.body}()`;
    case "ref":
      return e.on;
    case "sleep":
      return call("sleep", [String(e.delay), e.value === undefined ? undefined : literal(e.value)]);
    case "method":
      return e.until === undefined
        ? call(`${e.on}.${e.m}`, [e.arg === undefined ? undefined : literal(e.arg)])
        : `${e.on}.waitFor(lambda: ${e.until[0]} >= ${e.until[1]})`;
    case "gather":
      return call("gather", [...e.of.map(expression), option("return_exceptions", e.collect)]);
    case "shield":
      return `shield(${expression(e.of)})`;
    case "waitFor":
      return `wait_for(${expression(e.of)}, ${literal(e.timeout)})`;
    case "wait":
      return call("wait", [
        `[${e.of.map(expression).join(", ")}]`,
        option("timeout", e.timeout),
        e.when === undefined ? undefined : `return_when=${WHEN[e.when]}`,
      ]);
  }
}

function made(spec: Spec): string {
  switch (spec.is) {
    case "future":
      return "loop.create_future()";
    case "taskgroup":
      return "TaskGroup()";
    case "condition":
      return call("Condition", [spec.lock]);
    case "semaphore":
      return `Semaphore(${spec.value})`;
    case "bounded":
      return `BoundedSemaphore(${spec.value})`;
    case "barrier":
      return `Barrier(${spec.parties})`;
    case "queue":
      return `Queue(${spec.maxsize})`;
    case "lifo":
      return `LifoQueue(${spec.maxsize})`;
    case "priority":
      return `PriorityQueue(${spec.maxsize})`;
    case "variable":
      return call("ContextVar", [option("default", spec.default)]);
    case "timeout":
      return `timeout(${literal(spec.delay)})`;
    default:
      return `${spec.is === "lock" ? "Lock" : "Event"}()`;
  }
}

/** `before(callback)`, the callback's steps below as a nested function. */
function withCallback(op: Callback, before: readonly string[], fn: string): string[] {
  const context = op.context === undefined ? undefined : `context=${op.context}`;
  if (op.fn !== undefined) return [call(fn, [...before, op.fn, context])];
  const name = fn.endsWith("add_done_callback") && op.to !== undefined ? op.to : "callback";
  return [
    `def ${name}(*_):`,
    ...indent(block(op.steps ?? [])),
    call(fn, [...before, name, context]),
  ];
}

function assigned(to: string | undefined, lines: string[]): string[] {
  if (to === undefined) return lines;
  return [...lines.slice(0, -1), `${to} = ${lines.at(-1)}`];
}

function step(op: Step): string[] {
  switch (op.op) {
    case "make":
      return [`${op.to} = ${made(op.spec)}`];
    case "let":
      return [`${op.to} = ${expression(op.e)}`];
    case "spawn": {
      const fn = op.group === undefined ? "create_task" : `${op.group}.create_task`;
      const options = [option("name", op.name), option("eager_start", op.eager)];
      const context = op.context === undefined ? undefined : `context=${op.context}`;
      return [`${op.to} = ${call(fn, [expression(op.e), ...options, context])}`];
    }
    case "addCallback":
      return withCallback(op, [], `${op.on}.add_done_callback`);
    case "callSoon":
      return assigned(op.to, withCallback(op, [], "loop.call_soon"));
    case "callLater":
      return assigned(op.to, withCallback(op, [String(op.delay)], "loop.call_later"));
    case "callAt":
      return assigned(op.to, withCallback(op, [String(op.at)], "loop.call_at"));
    case "inContext":
      return ["def inside():", ...indent(block(op.steps)), `${op.on}.run(inside)`];
    case "raise":
      return [`raise ${EXCEPTIONS[op.kind]}('${op.msg}')`];
    default:
      return [simpleStep(op)];
  }
}

type SimpleStep = Exclude<
  Step,
  {
    op:
      | "make"
      | "let"
      | "spawn"
      | "addCallback"
      | "callSoon"
      | "callLater"
      | "callAt"
      | "inContext"
      | "raise";
  }
>;

function simpleStep(op: SimpleStep): string {
  switch (op.op) {
    case "cancel":
      return call(`${op.on}.cancel`, [op.msg === undefined ? undefined : literal(op.msg)]);
    case "uncancel":
    case "cancelling":
      return `${op.on ?? "current_task()"}.${op.op}()`;
    case "name":
      return `${op.on ?? "current_task()"}.get_name()`;
    case "rename":
      return `${op.on}.set_name(${literal(op.v)})`;
    case "setResult":
      return `${op.on}.set_result(${literal(op.v)})`;
    case "setException":
      return `${op.on}.set_exception(${EXCEPTIONS[op.kind]}('${op.msg}'))`;
    case "removeCallback":
      return `${op.on}.remove_done_callback(${op.fn})`;
    case "cancelHandle":
      return `${op.on}.cancel()`;
    case "handleCancelled":
      return `${op.on}.cancelled()`;
    case "reschedule":
      return `${op.on}.reschedule(${op.delay === null ? "None" : `loop.time() + ${op.delay}`})`;
    case "do":
      return call(`${op.on}.${op.m}`, [op.arg === undefined ? undefined : literal(op.arg)]);
    case "get":
      return call(`${op.on}.get`, [op.default === undefined ? undefined : literal(op.default)]);
    case "set":
      return `${op.to === undefined ? "" : `${op.to} = `}${op.on}.set(${literal(op.v)})`;
    case "reset":
      return `${op.on}.reset(${op.token})`;
    case "copyContext":
      return `${op.to} = copy_context()`;
    case "count":
      return `${op.on} += ${op.by}`;
    case "currentTask":
      return "current_task()";
    case "allTasks":
      return "len(all_tasks())";
    case "split":
      return `error.split(${EXCEPTIONS[op.kind]})`;
    case "sameError":
      return `${op.on}.exception() is ${op.on}.exception()`;
    case "report":
      return `loop.call_exception_handler({'message': ${literal(op.msg)}})`;
    default:
      return `${op.on}.${op.op}()`;
  }
}

function statement(op: Step | Operation): string[] {
  switch (op.op) {
    case "await":
      return [`await ${expression(op.e)}`];
    case "return":
      return [`return ${literal(op.v)}`];
    case "reraise":
      return ["raise"];
    case "try":
      return tryStatement(op);
    case "repeat":
      return [`for _ in range(${op.times}):`, ...indent(block(op.body))];
    case "ifDone": {
      const other = op.else === undefined ? [] : ["else:", ...indent(block(op.else))];
      return [`if ${op.on}.done():`, ...indent(block(op.body)), ...other];
    }
    case "with":
      return [`async with ${op.on}:`, ...indent(block(op.body))];
    case "timeout": {
      const fn = op.absolute === true ? "timeout_at" : "timeout";
      return [`async with ${fn}(${literal(op.delay)}) as ${op.to}:`, ...indent(block(op.body))];
    }
    case "group":
      return [`async with TaskGroup() as ${op.to}:`, ...indent(block(op.body))];
    case "asCompleted":
      return asCompletedStatement(op);
    default:
      return step(op);
  }
}

function tryStatement(op: Extract<Operation, { op: "try" }>): string[] {
  const handler =
    op.except === undefined
      ? []
      : [`except ${EXCEPTIONS[op.except]} as error:`, ...indent(block(op.handler ?? []))];
  const last = op.finally === undefined ? [] : ["finally:", ...indent(block(op.finally))];
  return ["try:", ...indent(block(op.body)), ...handler, ...last];
}

function asCompletedStatement(op: Extract<Operation, { op: "asCompleted" }>): string[] {
  const all = [`[${op.of.map(expression).join(", ")}]`, option("timeout", op.timeout)];
  const it = call("as_completed", all);
  const body = op.body.length === 0 ? [] : block(op.body);
  const last = op.limit === undefined ? [] : [`break  # after ${op.limit}`];
  if (op.to !== undefined) {
    const inside = [...body, ...last];
    return [`async for ${op.to} in ${it}:`, ...indent(inside.length === 0 ? ["pass"] : inside)];
  }
  const next = op.keep === true ? "await following  # errors are passed over" : "await following";
  return [`for following in ${it}:`, ...indent([next, ...body, ...last])];
}
