/** The real ports, over a WebSocket class and a page that the test controls. */
import { afterEach, describe, expect, test, vi } from "vitest";

import { endpointOf, endpointsOf } from "../connection/endpoint.ts";
import { openWith, realPorts, type WebSocketClass } from "./real-ports.ts";

afterEach(() => vi.unstubAllGlobals());

/** What a platform's WebSocket does, as far as the port looks. */
class FakeWebSocket extends EventTarget {
  static latest: FakeWebSocket;
  readonly OPEN = 1;
  readyState = 0;
  readonly sent: string[] = [];
  readonly closed: unknown[] = [];
  readonly url: string;
  readonly protocol: string;
  constructor(url: string, protocol: string) {
    super();
    this.url = url;
    this.protocol = protocol;
    FakeWebSocket.latest = this;
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(...args: unknown[]): void {
    this.closed.push(args);
  }
  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }
  say(data: unknown): void {
    this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }
  end(code: number, reason: string): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { code, reason }));
  }
}

function opened(WebSocketClass = FakeWebSocket as unknown as WebSocketClass, token?: string) {
  const told: unknown[] = [];
  const socket = openWith(WebSocketClass)(
    { url: "ws://x/v1/ws", token },
    {
      opened: () => told.push("opened"),
      received: (text) => told.push(text),
      closed: (code, reason) => told.push([code, reason]),
    },
  );
  return { socket, told, wire: FakeWebSocket.latest };
}

describe("C-PORT the socket", () => {
  test("offers the subprotocol, and tells what happens in its order", () => {
    const { socket, told, wire } = opened();
    socket.send("too early");
    wire.open();
    socket.send("text");
    wire.say("one");
    wire.say(new ArrayBuffer(1));
    wire.dispatchEvent(new Event("error"));
    wire.end(4413, "slow");
    wire.end(1006, "again");
    socket.send("too late");
    expect(wire).toMatchObject({ url: "ws://x/v1/ws", protocol: "roomcast.v1", sent: ["text"] });
    expect(told).toEqual(["opened", "one", [4413, "slow"]]);
  });

  test("shows the token to a class that can say it before the socket opens", () => {
    const heads: unknown[] = [];
    class Heading extends FakeWebSocket {
      constructor(url: string, protocol: string, head: unknown) {
        super(url, protocol);
        heads.push(head);
      }
    }
    opened(Heading as unknown as WebSocketClass, "t");
    opened(Heading as unknown as WebSocketClass);
    expect(heads).toEqual([{ headers: { authorization: "Bearer t" } }, { headers: {} }]);
  });

  test.each([
    ["Node.js/26", { protocols: ["roomcast.v1"], headers: { authorization: "Bearer t" } }],
    ["Mozilla/5.0", "roomcast.v1"],
  ])("on %s the platform's own class is given what it takes", (userAgent, given) => {
    vi.stubGlobal("navigator", { userAgent });
    vi.stubGlobal("WebSocket", FakeWebSocket);
    const ignore = (): void => {};
    realPorts.openSocket(
      { url: "ws://x/v1/ws", token: "t" },
      { opened: ignore, received: ignore, closed: ignore },
    );
    expect(FakeWebSocket.latest.protocol).toEqual(given);
  });

  test("tells nothing more once the client has closed it", () => {
    const { socket, told, wire } = opened();
    socket.close(1000, "bye");
    wire.open();
    wire.say("late");
    wire.end(1000, "bye");
    expect(wire.closed).toEqual([[1000, "bye"]]);
    expect(told).toEqual([]);
  });

  test("that the platform refuses to make is an attempt that failed, later", async () => {
    const Refusing = function (): void {
      throw new Error("a page over https may not");
    };
    const { socket, told } = opened(Refusing as unknown as WebSocketClass);
    socket.send("nobody hears it");
    expect(told).toEqual([]);
    await Promise.resolve();
    expect(told).toEqual([[1006, "a page over https may not"]]);
    const closed = opened(Refusing as unknown as WebSocketClass);
    closed.socket.close(1000, "");
    await Promise.resolve();
    expect(closed.told).toEqual([]);
  });
});

describe("C-WAKE the page", () => {
  test("online, and being shown again, wake; being hidden does not", () => {
    const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
    const wakes: string[] = [];
    const global = new EventTarget();
    vi.stubGlobal("document", page);
    vi.stubGlobal("addEventListener", global.addEventListener.bind(global));
    vi.stubGlobal("removeEventListener", global.removeEventListener.bind(global));
    const stop = realPorts.onWake(() => wakes.push("wake"));
    global.dispatchEvent(new Event("online"));
    page.dispatchEvent(new Event("visibilitychange"));
    page.visibilityState = "hidden";
    page.dispatchEvent(new Event("visibilitychange"));
    expect(wakes).toHaveLength(2);
    stop();
    global.dispatchEvent(new Event("online"));
    expect(wakes).toHaveLength(2);
  });

  test("without a page there is nothing to hear, and nothing breaks", () => {
    vi.stubGlobal("addEventListener", undefined);
    expect(() => realPorts.onWake(() => {})()).not.toThrow();
  });
});

describe("C-PORT chance and time", () => {
  test("an id is 128 random bits in 22 characters of the URL alphabet", () => {
    const ids = Array.from({ length: 1000 }, () => realPorts.random.id());
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(new Set(ids).size).toBe(1000);
    const fraction = realPorts.random.fraction();
    expect(fraction >= 0 && fraction < 1).toBe(true);
  });

  test("a timer runs once, later, and not when it was cancelled", async () => {
    const { clock } = realPorts;
    const ran: string[] = [];
    clock.after(0, () => ran.push("never")).cancel();
    await new Promise<void>((resolve) => {
      clock.after(1, () => {
        ran.push("once");
        resolve();
      });
      expect(ran).toEqual([]);
    });
    expect(ran).toEqual(["once"]);
    expect(clock.monotonicMs()).toBeLessThanOrEqual(clock.monotonicMs());
    expect(clock.now()).toBeGreaterThan(0);
  });

  test("errors go to the platform's reportError, or to the console", () => {
    const seen: unknown[] = [];
    vi.stubGlobal("reportError", (error: unknown) => seen.push(error));
    realPorts.report("one");
    vi.stubGlobal("reportError", undefined);
    vi.stubGlobal("console", { error: (error: unknown) => seen.push(error) });
    realPorts.report("two");
    expect(seen).toEqual(["one", "two"]);
  });
});

describe("C-URL the address", () => {
  test.each([
    ["ws://localhost:3000", undefined, "ws://localhost:3000/v1/ws"],
    ["ws://localhost:3000/v1/ws", undefined, "ws://localhost:3000/v1/ws"],
    ["http://localhost:3000/", undefined, "ws://localhost:3000/v1/ws"],
    ["https://example.org", undefined, "wss://example.org/v1/ws"],
    ["wss://example.org/chat/", undefined, "wss://example.org/chat/v1/ws"],
    ["wss://example.org/?ticket=1#top", undefined, "wss://example.org/v1/ws?ticket=1"],
    ["", "https://example.org", "wss://example.org/v1/ws"],
    ["/", "http://localhost:5173", "ws://localhost:5173/v1/ws"],
    ["/chat", "https://example.org", "wss://example.org/chat/v1/ws"],
  ])("%j on %s is %s", (url, origin, expected) => {
    expect(endpointOf(url, origin)).toBe(expected);
  });

  test("a stream is beside the socket", () => {
    expect(endpointsOf("wss://example.org/chat/?a=1", undefined)).toEqual({
      ws: "wss://example.org/chat/v1/ws?a=1",
      sse: "https://example.org/chat/v1/sse?a=1",
    });
    expect(endpointsOf("", "http://localhost:5173").sse).toBe("http://localhost:5173/v1/sse");
  });

  test.each(["", "/", "localhost", "ftp://example.org", "http://"])("%j without a page is a bug", (url) => {
    expect(() => endpointOf(url, undefined)).toThrow(TypeError);
  });
});
