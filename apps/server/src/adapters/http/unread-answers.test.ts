/** Answers that nobody takes, over real sockets. */
import { ManualClock } from "@roomcast/hub/testing";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { BareSocket } from "../../../test/bare-socket.ts";
import { UnreadAnswers } from "./unread-answers.ts";

const MIB = 1024 * 1024;
/** More than the system takes off us for a peer that does not read. */
const LARGE = Buffer.alloc(16 * MIB);

describe("H-8: answers that nobody takes", () => {
  const clock = new ManualClock();
  let answers: UnreadAnswers;
  let server: Server;
  let port: number;
  const open: BareSocket[] = [];
  const given: ServerResponse[] = [];

  beforeEach(async () => {
    answers = new UnreadAnswers(clock, 40 * MIB);
    given.length = 0;
    server = createServer((request, response) => {
      response.end(request.url === "/large" ? LARGE : "small");
      answers.wrote(response);
      given.push(response);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    ({ port } = server.address() as AddressInfo);
  });
  afterEach(async () => {
    for (const socket of open.splice(0)) socket.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function askUnread(): Promise<ServerResponse> {
    const socket = await BareSocket.connect(port);
    open.push(socket);
    socket.tcp.pause();
    const before = given.length;
    socket.write("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    await expect.poll(() => given.length).toBe(before + 1);
    return given.at(-1)!;
  }

  const get = async (path: string): Promise<number> =>
    (await (await fetch(`http://127.0.0.1:${port}${path}`)).arrayBuffer()).byteLength;

  it("count until they are taken, and who reads is never cut", async () => {
    for (let count = 0; count < 5; count += 1) expect(await get("/large")).toBe(LARGE.length);
    await expect.poll(() => answers.bytes).toBe(0);
  });

  it("are cut off after their time", async () => {
    const unread = await askUnread();
    expect(answers.bytes).toBeGreaterThan(8 * MIB);
    clock.advance(30_000);
    await once(unread, "close");
    expect(answers.bytes).toBe(0);
  });

  it("beyond what may wait in all the oldest goes first", async () => {
    const first = await askUnread();
    const [second] = [await askUnread()];
    const cut = once(first, "close");
    const third = await askUnread();
    await cut;
    expect([second.destroyed, third.destroyed]).toEqual([false, false]);
    expect(await get("/small")).toBe(5);
  });
});
