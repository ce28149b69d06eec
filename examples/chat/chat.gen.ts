/**
 * A chat over TCP with names and rooms. With a port it serves until Ctrl-C (try `nc 127.0.0.1 8888`
 * in several terminals); without one it shows itself with two members.
 */

import { realpathSync } from "node:fs";
import * as asyncio from "tsyncio";
import {
  openConnection,
  type SocketAddress,
  type StreamReader,
  type StreamWriter,
  startServer,
} from "tsyncio/node";
import { Hall, isGone, Member } from "./hall.js";

const HOST = "127.0.0.1";
/** The bytes of a line. */
const LIMIT = 1024;

/** Listens for members of `hall`; for `asyncWith`. */
export function startChat(hall: Hall, port: number) {
  return startServer((reader, writer) => serve(hall, reader, writer), HOST, port, {
    limit: LIMIT,
    // No member goes by himself when the server ends.
    grace: 0,
  });
}

function* serve(hall: Hall, reader: StreamReader, writer: StreamWriter) {
  try {
    yield* asyncio.asyncWith(writer, function* () {
      const name = yield* askName(hall, reader, writer);
      if (name !== undefined) yield* accompany(hall, new Member(name, writer), reader, writer);
    });
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

function* askName(hall: Hall, reader: StreamReader, writer: StreamWriter) {
  for (;;) {
    writer.write("* what is your name?\n");
    const line = yield* reader.readLine();
    if (line.length === 0) return undefined;
    const name = line.toString().trim();
    const objection = hall.objection(name);
    if (objection === undefined) return name;
    writer.write(`* ${objection}\n`);
  }
}

/** Two tasks for each member: what he says is heard while what he is told is on its way to him. */
function* accompany(hall: Hall, member: Member, reader: StreamReader, writer: StreamWriter) {
  hall.enter(member);
  yield* asyncio.asyncWith(new asyncio.TaskGroup(), function* (group) {
    group.createTask(send(member, writer), { name: `to ${member.name}` });
    try {
      yield* receive(hall, member, reader);
    } finally {
      hall.leave(member);
      // What is in the outbox is still sent; the group ends after that.
      member.outbox.shutdown();
    }
  });
}

function* receive(hall: Hall, member: Member, reader: StreamReader) {
  try {
    yield* asyncio.asyncFor(reader, function* (line) {
      if (!hall.hear(member, line.toString().trim())) return asyncio.BREAK;
      // A burst of lines makes nobody slow: it goes out before more of it is heard.
      yield* asyncio.sleep(0);
    });
  } catch (error) {
    if (error instanceof RangeError) member.tell("* that line is too long");
    else if (!isGone(error)) throw error;
  }
}

function* send(member: Member, writer: StreamWriter) {
  try {
    for (;;) {
      writer.write(`${yield* member.outbox.get()}\n`);
      yield* writer.drain();
    }
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** Serves on `port` until it is cancelled; without one, as long as two members talk. */
export function* main(port?: number) {
  yield* asyncio.asyncWith(startChat(new Hall(), port ?? 0), function* (server) {
    const address = server.sockets[0] as SocketAddress;
    console.log(`chat on ${HOST}:${address.port}`);
    if (port !== undefined) yield* server.serveForever();
    yield* show(address.port);
  });
  console.log("the chat is closed");
}

/** What the two of the show say to what they hear. */
const ANNA: Record<string, string> = {
  "* what is your name?": "Anna",
  "* Boris is here": "hello, Boris",
  "Boris: hello, Anna": "/join kitchen",
  "* you are in kitchen: Anna": "/quit",
};
const BORIS: Record<string, string> = {
  "* what is your name?": "Boris",
  "Anna: hello, Boris": "hello, Anna",
  "* Anna goes to kitchen": "/who",
  "* in lobby: Boris": "/quit",
};

function* show(port: number) {
  const annaIsIn = new asyncio.Event();
  yield* asyncio.asyncWith(new asyncio.TaskGroup(), function* (group) {
    group.createTask(visit(port, "Anna", ANNA, annaIsIn));
    yield* annaIsIn.wait();
    group.createTask(visit(port, "Boris", BORIS));
  });
}

function* visit(port: number, name: string, answers: typeof ANNA, isIn?: asyncio.Event) {
  yield* asyncio.asyncWith(openConnection(HOST, port), function* ([reader, writer]) {
    yield* asyncio.asyncFor(reader, function* (bytes) {
      const line = bytes.toString().trim();
      console.log(`${name} hears: ${line}`);
      if (line.startsWith("* you are in")) isIn?.set();
      const answer = answers[line];
      if (answer !== undefined) writer.write(`${answer}\n`);
      yield* writer.drain();
    });
  });
}

if (realpathSync(process.argv[1] ?? "") === import.meta.filename) {
  const [, , port] = process.argv;
  await asyncio.run(main(port === undefined ? undefined : Number(port)));
}
