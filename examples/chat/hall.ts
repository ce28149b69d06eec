/**
 * Who is in which room. Nothing here waits: a message goes into the bounded queue of each member of
 * the room, and a member whose queue is full is cut off, so that the others need not wait for him.
 */

import * as asyncio from "tsyncio";
import { ConnectionError, type StreamWriter } from "tsyncio/node";

/** How many messages may wait for a member. */
const WAITING = 100;
const NAME = /^[\p{L}\p{N}_-]{1,20}$/u;
const FIRST_ROOM = "lobby";

/** Somebody who is connected and has a name. */
export class Member {
  readonly name: string;
  /** What he is still to be told. */
  readonly outbox = new asyncio.Queue<string>(WAITING);
  readonly #writer: StreamWriter;
  room = "";

  constructor(name: string, writer: StreamWriter) {
    this.name = name;
    this.#writer = writer;
  }

  /** Puts a line into his outbox; false when he is too slow for that. */
  tell(line: string): boolean {
    try {
      this.outbox.putNowait(line);
      return true;
    } catch (error) {
      if (error instanceof asyncio.QueueShutDown) return true;
      if (!(error instanceof asyncio.QueueFull)) throw error;
      return false;
    }
  }

  /** Ends his connection without waiting for what he has not taken. */
  cutOff(): void {
    this.outbox.shutdown(true);
    this.#writer.abort();
  }
}

/** All members and their rooms. */
export class Hall {
  readonly #members = new Map<string, Member>();

  /** Why nobody can come in by this name; undefined when he can. */
  objection(name: string): string | undefined {
    if (!NAME.test(name)) return "a name has 1 to 20 letters, digits, - or _";
    return this.#members.has(name) ? `${name} is here already` : undefined;
  }

  /** Lets a member in. */
  enter(member: Member): void {
    this.#members.set(member.name, member);
    this.#move(member, FIRST_ROOM);
  }

  /** Takes a member out. */
  leave(member: Member): void {
    if (!this.#members.delete(member.name)) return;
    this.#announce(member.room, `* ${member.name} has left`);
  }

  /** What a line means that a member has sent; false when he wants to go. */
  hear(member: Member, line: string): boolean {
    const [, command, rest = ""] = /^\/(\S+)\s*(.*)$/.exec(line) ?? [];
    if (command === undefined) this.#announce(member.room, `${member.name}: ${line}`, member);
    else if (command === "quit") return false;
    else if (command === "who") member.tell(`* in ${member.room}: ${this.#names(member.room)}`);
    else if (command === "join" && NAME.test(rest)) this.#join(member, rest);
    else member.tell("* there are: /join ROOM, /who, /quit");
    return true;
  }

  #join(member: Member, room: string): void {
    this.#announce(member.room, `* ${member.name} goes to ${room}`, member);
    this.#move(member, room);
  }

  #move(member: Member, room: string): void {
    member.room = room;
    member.tell(`* you are in ${room}: ${this.#names(room)}`);
    this.#announce(room, `* ${member.name} is here`, member);
  }

  #announce(room: string, line: string, except?: Member): void {
    const tooSlow: Member[] = [];
    for (const member of this.#members.values()) {
      if (member.room !== room || member === except) continue;
      if (!member.tell(line)) tooSlow.push(member);
    }
    for (const member of tooSlow) {
      this.#members.delete(member.name);
      member.cutOff();
      this.#announce(room, `* ${member.name} was too slow`);
    }
  }

  #names(room: string): string {
    const there = [...this.#members.values()].filter((member) => member.room === room);
    return there.map(({ name }) => name).join(", ");
  }
}

/** True for the ends of a connection that are nobody's fault. */
export function isGone(error: unknown): boolean {
  return error instanceof ConnectionError || error instanceof asyncio.QueueShutDown;
}
