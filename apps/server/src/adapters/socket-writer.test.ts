/** Over real sockets: what a stream would have been asked for, and where it must be. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { PassThrough, Writable } from "node:stream";
import { describe, expect, it } from "vitest";

import { SocketWriter } from "./socket-writer.ts";

const PIECE = Buffer.alloc(64 * 1024, "-");

/** Two ends of one connection. */
class Pair implements AsyncDisposable {
  readonly here: Socket;
  readonly there: Socket;
  /** What was given to the stream. */
  readonly streamed: unknown[] = [];
  readonly #server: Server;

  private constructor(server: Server, here: Socket, there: Socket) {
    this.#server = server;
    this.here = here;
    this.there = there;
    here.write = (chunk: unknown) => {
      this.streamed.push(chunk);
      return Writable.prototype.write.call(here, chunk, "utf8");
    };
  }

  static async open(): Promise<Pair> {
    // What becomes of it is then found out by writing alone.
    const server = createServer({ pauseOnConnect: true });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const there = connect({ ...(server.address() as { port: number }), host: "127.0.0.1" });
    const [[here]] = (await Promise.all([once(server, "connection"), once(there, "connect")])) as [
      [Socket],
      unknown,
    ];
    for (const socket of [here, there]) socket.on("error", () => {});
    return new Pair(server, here, there.pause());
  }

  /** Until the system takes no more. @returns what was written. */
  fill(writer: SocketWriter): Buffer {
    const written: Buffer[] = [];
    while (writer.waitingBytes === 0) {
      const piece = Buffer.concat([Buffer.from(`${written.length}`), PIECE]);
      writer.write(piece);
      written.push(piece);
    }
    return Buffer.concat(written);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.here.destroy();
    this.there.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}

async function read(socket: Socket, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= bytes) break;
  }
  return Buffer.concat(chunks);
}

/** All is once the other end has read it, and that is told here in a later turn. */
async function taken(writer: SocketWriter): Promise<void> {
  while (writer.waitingBytes > 0) await new Promise((resolve) => setImmediate(resolve));
}

describe("writing to a socket", () => {
  // Red, and slower, but not wrong: Node no longer keeps below its streams what we know of it.
  it("W-2 W-WRITE: what the system takes at once passes the stream by", async () => {
    await using pair = await Pair.open();
    const writer = new SocketWriter(pair.here);
    for (const text of ["one", "two"]) writer.write(Buffer.from(text));
    expect(String(await read(pair.there, 6))).toBe("onetwo");
    expect(pair.streamed).toEqual([]);
    expect(writer.waitingBytes).toBe(0);
    expect(pair.here.bytesWritten).toBe(6);
  });

  it("W-2 W-WRITE: what has to wait is counted, and goes out in order with what the stream holds behind it", async () => {
    await using pair = await Pair.open();
    const writer = new SocketWriter(pair.here);
    const filled = pair.fill(writer);
    const before = writer.waitingBytes;
    writer.write(Buffer.from("behind"));
    pair.here.write("by another");
    writer.write(Buffer.from("last"));
    expect(writer.waitingBytes).toBe(before + "behindby anotherlast".length);
    const expected = Buffer.concat([filled, Buffer.from("behindby anotherlast")]);
    const came = await read(pair.there, expected.length);
    expect(came.equals(expected)).toBe(true);
    await taken(writer);
    pair.streamed.length = 0;
    writer.write(Buffer.from("again"));
    expect(pair.streamed).toEqual([]);
    expect(String(await read(pair.there, 5))).toBe("again");
  });

  it("W-WRITE: of two sockets that wait each is told of its own", async () => {
    await using first = await Pair.open();
    await using second = await Pair.open();
    const [writer, other] = [new SocketWriter(first.here), new SocketWriter(second.here)];
    const [filled, more] = [first.fill(writer), second.fill(other)];
    expect((await read(first.there, filled.length)).equals(filled)).toBe(true);
    await taken(writer);
    expect(other.waitingBytes).toBeGreaterThan(0);
    expect((await read(second.there, more.length)).equals(more)).toBe(true);
    await taken(other);
  });

  it("W-2: the end comes behind what waits", async () => {
    await using pair = await Pair.open();
    const writer = new SocketWriter(pair.here);
    const filled = pair.fill(writer);
    pair.here.end("end");
    const chunks: Buffer[] = [];
    for await (const chunk of pair.there as AsyncIterable<Buffer>) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(Buffer.concat([filled, Buffer.from("end")]))).toBe(true);
  });

  it("W-WRITE: a peer that is gone ends the socket, at a write and while one waits", async () => {
    for (const waits of [true, false]) {
      await using pair = await Pair.open();
      const writer = new SocketWriter(pair.here);
      if (waits) pair.fill(writer);
      const closed = once(pair.here, "close");
      pair.there.resetAndDestroy();
      await once(pair.there, "close");
      if (!waits) writer.write(Buffer.from("to nobody"));
      await closed;
      expect(pair.here.destroyed).toBe(true);
      writer.write(Buffer.from("later"));
      expect(writer.waitingBytes).toBe(0);
    }
  });

  it("W-WRITE: a socket that is none of Node's TCP sockets is written to by its stream", () => {
    const stream = new PassThrough();
    const writer = new SocketWriter(stream);
    writer.write(Buffer.from("one"));
    expect(writer.waitingBytes).toBe(stream.writableLength);
    expect(String(stream.read())).toBe("one");
  });
});
