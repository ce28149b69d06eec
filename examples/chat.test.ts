/** chat: what its members hear, whom it cuts off, and the program in both its forms. */

import * as asyncio from "tsyncio";
import {
  openConnection,
  type SocketAddress,
  type StreamReader,
  type StreamWriter,
} from "tsyncio/node";
import { describe, expect, test } from "vitest";
import { startChat } from "./chat/chat.gen.js";
import { Hall } from "./chat/hall.js";
import { startChild, tsyncioRun } from "./testing/child-program.js";
import { expectNoLeftovers } from "./testing/leftovers.contract.js";

expectNoLeftovers();

/** Somebody at a keyboard. */
class Visitor {
  readonly #reader: StreamReader;
  readonly writer: StreamWriter;

  constructor([reader, writer]: [StreamReader, StreamWriter]) {
    this.#reader = reader;
    this.writer = writer;
  }

  say(line: string): void {
    this.writer.write(`${line}\n`);
  }

  /** The next line, `""` when the connection has ended. */
  *hear(): asyncio.Coroutine<string> {
    return (yield* this.#reader.readLine()).toString().trimEnd();
  }
}

type Come = (name: string) => asyncio.Coroutine<Visitor>;

/** Runs `use` with a chat, into which `come` lets people. */
function withChat(use: (come: Come, port: number) => asyncio.Coroutine<void>): Promise<void> {
  return asyncio.run(function* () {
    const visitors: Visitor[] = [];
    yield* asyncio.asyncWith(startChat(new Hall(), 0), function* (server) {
      const { port } = server.sockets[0] as SocketAddress;
      function* come(name: string) {
        const visitor = new Visitor(yield* openConnection("127.0.0.1", port));
        visitors.push(visitor);
        visitor.say(name);
        expect(yield* visitor.hear()).toBe("* what is your name?");
        return visitor;
      }
      yield* use(come, port);
      for (const { writer } of visitors) writer.abort();
    });
  });
}

describe("the chat", () => {
  test("brings what is said to the others in the room, and to nobody else", async () => {
    await withChat(function* (come) {
      const anna = yield* come("Anna");
      expect(yield* anna.hear()).toBe("* you are in lobby: Anna");
      const boris = yield* come("Boris");
      expect(yield* boris.hear()).toBe("* you are in lobby: Anna, Boris");
      expect(yield* anna.hear()).toBe("* Boris is here");
      const vera = yield* come("Vera");
      expect(yield* vera.hear()).toBe("* you are in lobby: Anna, Boris, Vera");
      vera.say("/join kitchen");
      expect(yield* vera.hear()).toBe("* you are in kitchen: Vera");
      for (const visitor of [anna, boris]) {
        expect(yield* visitor.hear()).toBe("* Vera is here");
        expect(yield* visitor.hear()).toBe("* Vera goes to kitchen");
      }
      anna.say("hello");
      anna.say("/who");
      expect(yield* boris.hear()).toBe("Anna: hello");
      expect(yield* anna.hear()).toBe("* in lobby: Anna, Boris");
      vera.say("/who");
      expect(yield* vera.hear()).toBe("* in kitchen: Vera");
    });
  });

  test("asks again for a name that is taken or none, and gives it back when its owner leaves", async () => {
    await withChat(function* (come) {
      const anna = yield* come("Anna");
      const other = yield* come("Anna");
      expect(yield* other.hear()).toBe("* Anna is here already");
      expect(yield* other.hear()).toBe("* what is your name?");
      other.say("no name at all");
      expect(yield* other.hear()).toBe("* a name has 1 to 20 letters, digits, - or _");
      expect(yield* other.hear()).toBe("* what is your name?");
      expect(yield* anna.hear()).toBe("* you are in lobby: Anna");
      anna.say("/quit");
      expect(yield* anna.hear()).toBe("");
      other.say("Anna");
      expect(yield* other.hear()).toBe("* you are in lobby: Anna");
    });
  });

  test("tells the others when a connection breaks off", async () => {
    await withChat(function* (come) {
      const anna = yield* come("Anna");
      expect(yield* anna.hear()).toBe("* you are in lobby: Anna");
      const boris = yield* come("Boris");
      expect(yield* anna.hear()).toBe("* Boris is here");
      boris.writer.abort();
      expect(yield* anna.hear()).toBe("* Boris has left");
    });
  });

  test("ends the connection on which a line is too long, and says why", async () => {
    await withChat(function* (come) {
      const anna = yield* come("Anna");
      expect(yield* anna.hear()).toBe("* you are in lobby: Anna");
      anna.say("x".repeat(5000));
      expect(yield* anna.hear()).toBe("* that line is too long");
      expect(yield* anna.hear()).toBe("");
    });
  });

  test("cuts off who does not listen, and the others hear everything", async () => {
    await withChat(function* (come) {
      const anna = yield* come("Anna");
      expect(yield* anna.hear()).toBe("* you are in lobby: Anna");
      const boris = yield* come("Boris");
      expect(yield* anna.hear()).toBe("* Boris is here");
      yield* come("Sleepy");
      expect(yield* anna.hear()).toBe("* Sleepy is here");

      const burst = 90;
      const line = "z".repeat(1000);
      let told = false;
      for (let bursts = 0; !told; bursts++) {
        // What sockets hold by themselves comes to no more than this.
        expect(bursts).toBeLessThan(500);
        boris.writer.write(`${line}\n`.repeat(burst));
        for (let heard = 0; heard < burst; ) {
          const what = yield* anna.hear();
          if (what === "* Sleepy was too slow") told = true;
          else {
            expect(what).toBe(`Boris: ${line}`);
            heard++;
          }
        }
      }
      anna.say("/who");
      expect(yield* anna.hear()).toBe("* in lobby: Anna, Boris");
    });
  });

  test("lets nobody be slow by a burst of short lines", async () => {
    await withChat(function* (come) {
      const anna = yield* come("Anna");
      const boris = yield* come("Boris");
      expect(yield* anna.hear()).toBe("* you are in lobby: Anna");
      expect(yield* anna.hear()).toBe("* Boris is here");
      boris.writer.write(Array.from({ length: 5000 }, (_, n) => `${n}\n`).join(""));
      for (let n = 0; n < 5000; n++) expect(yield* anna.hear()).toBe(`Boris: ${n}`);
    });
  });
});

describe("the program", () => {
  const anna = [
    "Anna hears: * what is your name?",
    "Anna hears: * you are in lobby: Anna",
    "Anna hears: * Boris is here",
    "Anna hears: Boris: hello, Anna",
    "Anna hears: * you are in kitchen: Anna",
  ];
  const boris = [
    "Boris hears: * what is your name?",
    "Boris hears: * you are in lobby: Anna, Boris",
    "Boris hears: Anna: hello, Boris",
    "Boris hears: * Anna goes to kitchen",
    "Boris hears: * in lobby: Boris",
  ];

  for (const [how, run] of [
    ["npm start -- chat", () => startChild(["chat"])],
    ["tsyncio run chat/chat.ts", () => tsyncioRun(["chat/chat.ts"])],
  ] as const) {
    test(`${how} shows what two members hear`, async () => {
      const { lines, ...ending } = await run();
      expect(ending).toMatchObject({ code: 0, errors: "" });
      expect(lines.filter((line) => line.startsWith("Anna"))).toEqual(anna);
      expect(lines.filter((line) => line.startsWith("Boris"))).toEqual(boris);
      expect(lines.at(-1)).toBe("the chat is closed");
    });
  }

  for (const file of ["chat/chat.ts", "chat/chat.gen.ts"]) {
    test(`tsyncio run ${file} PORT ends by Ctrl-C with a member in it`, async () => {
      let heard = "";
      const { errors, ...ending } = await tsyncioRun([file, "0"], {
        onLine: (line, child) =>
          asyncio.run(function* () {
            const port = Number(line.split(":").at(-1));
            yield* asyncio.asyncWith(openConnection("127.0.0.1", port), function* (streams) {
              const visitor = new Visitor(streams);
              visitor.say("Anna");
              yield* visitor.hear();
              heard = yield* visitor.hear();
              child.kill("SIGINT");
              expect(yield* visitor.hear()).toBe("");
            });
          }),
      });
      expect(heard).toBe("* you are in lobby: Anna");
      expect(errors).toBe("");
      expect(ending).toMatchObject({ code: null, signal: "SIGINT" });
    });
  }
});
