/**
 * Connections that are opened and cancelled at random points. A process of clients starts one with the server; at their
 * ends both print what is left of sockets, timers, tasks and listeners, and what they have seen.
 *
 * STORM_SIZE: how many connections. STORM_SEED: what the random choices come from.
 */
import { fork } from "node:child_process";
import {
  allTasks,
  asyncWith,
  type Coroutine,
  createTask,
  currentTask,
  isCancelled,
  run,
  Semaphore,
  sleep,
  type Task,
  waitForEvent,
} from "../../src/index.js";
import {
  openConnection,
  type StreamReader,
  type StreamWriter,
  startServer,
} from "../../src/node.js";

const SIZE = Number(process.env["STORM_SIZE"] ?? 100);
const AT_ONCE = 500;
let state = Number(process.env["STORM_SEED"] ?? 1);

/** A number from 0 to `below` - 1. */
function random(below: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

/** What the process has open, and who listens to it. */
function belongings(): string[] {
  const listeners = process
    .eventNames()
    .flatMap((name) => process.listeners(name as "exit").map(() => `listener of ${String(name)}`));
  return [...process.getActiveResourcesInfo(), ...listeners];
}

/** What is in `after` and not in `before`. */
function added(before: string[], after: string[]): string[] {
  const rest = [...before];
  return after.filter((each) => {
    const place = rest.indexOf(each);
    if (place >= 0) rest.splice(place, 1);
    return place < 0;
  });
}

/** Runs `main` and gives what it has left behind: nothing, if all is well. */
async function leftBy(main: () => Coroutine<void>): Promise<string[]> {
  // They are opened when they are first asked for.
  void [process.stdout, process.stderr];
  const before = belongings();
  let tasks: Task[] = [];
  await run(function* counted() {
    yield* main();
    tasks = [...allTasks()].filter((task) => task !== currentTask());
  });
  // Closed handles are gone when the engine has come round.
  for (let round = 0; round < 20; round++) await new Promise((resolve) => setImmediate(resolve));
  return [...added(before, belongings()), ...tasks.map(String)];
}

let begun = 0;
let ended = 0;

function* handle(reader: StreamReader, writer: StreamWriter): Coroutine<void> {
  begun++;
  try {
    for (;;) {
      const data = yield* reader.read(random(30_000) + 1);
      if (data.length === 0) break;
      if (random(4) === 0) yield* sleep(random(3) / 1000);
      if (random(30) === 0) {
        writer.abort();
        break;
      }
      writer.write(data);
      yield* writer.drain();
    }
    // Some leave the end of the connection to the other side.
    if (random(3) > 0) writer.close();
  } catch (error) {
    if ((error as Error).name !== "ConnectionError") throw error;
  } finally {
    ended++;
  }
}

function* serve(): Coroutine<void> {
  const options = { grace: 0.1, limit: 8192 };
  yield* asyncWith(startServer(handle, "127.0.0.1", 0, options), function* served(server) {
    process.send?.(server.port);
    yield* waitForEvent(process, "message");
  });
}

/** One connection; it ends in one of many ways. */
function* visit(port: number): Coroutine<string> {
  const way = random(6);
  const connection = openConnection("127.0.0.1", port, { limit: 8192 });
  return yield* asyncWith(connection, function* talk([reader, writer]) {
    const rounds = random(5) + 1;
    for (let round = 0; round < rounds; round++) {
      const message = Buffer.alloc(random(40_000) + 1, round);
      writer.write(message);
      const echo = yield* reader.readExactly(message.length);
      if (!echo.equals(message)) throw new Error("another message came back");
      if (way === 1) writer.abort();
      if (way === 2) writer.getExtraInfo("socket")?.resetAndDestroy();
      if (way === 3) writer.writeEof();
      if (way === 4) yield* sleep(random(5) / 1000);
      if (way > 0 && way < 4) break;
    }
    if (way === 3) yield* reader.read();
    if (way === 5) throw new Error("left by an error");
    return "to the end";
  });
}

const seen = new Map<string, number>();

function* visitor(port: number, places: Semaphore): Coroutine<void> {
  yield* asyncWith(places, function* inPlace() {
    const task = createTask(visit(port));
    if (random(2) === 0) {
      if (random(2) === 0) yield* sleep(random(20) / 1000);
      else for (let turn = random(8); turn > 0; turn--) yield* sleep(0);
      task.cancel();
    }
    let outcome: string;
    try {
      outcome = yield* task;
    } catch (error) {
      outcome = isCancelled(error) ? "cancelled" : outcomeOf(error as Error);
    }
    seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
  });
}

function outcomeOf({ name, message }: Error): string {
  if (name === "ConnectionError" || name === "IncompleteReadError") return "cut off";
  return message === "left by an error" ? message : `${name}: ${message}`;
}

function* ask(port: number): Coroutine<string> {
  try {
    return yield* asyncWith(openConnection("127.0.0.1", port), function* talk([reader, writer]) {
      writer.write("still there?\n");
      return String(yield* reader.readLine()).trim();
    });
  } catch (error) {
    if (outcomeOf(error as Error) === "cut off") return "";
    throw error;
  }
}

function* storm(port: number): Coroutine<void> {
  const places = new Semaphore(AT_ONCE);
  const visitors = Array.from({ length: SIZE }, () => createTask(visitor(port, places)));
  for (const task of visitors) yield* task;
  // It still serves, though its handler breaks some connections off.
  let answer = "";
  for (let attempt = 0; attempt < 20 && answer === ""; attempt++) answer = yield* ask(port);
  console.log(answer);
}

if (process.send === undefined) {
  const server = fork(process.argv[1] as string, { execArgv: process.execArgv });
  const message = () => new Promise((resolve) => server.once("message", resolve));
  const port = (await message()) as number;
  const left = await leftBy(() => storm(port));
  const report = message();
  server.send("end");
  console.log(JSON.stringify({ left, seen: Object.fromEntries(seen) }));
  console.log(JSON.stringify(await report));
  server.disconnect();
} else {
  const left = await leftBy(serve);
  process.send({ left, begun, ended });
  process.disconnect();
}
