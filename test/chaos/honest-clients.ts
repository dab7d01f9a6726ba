/** Owns the honest clients of a flood: each well within its allowance, in a room of its own, and how long what it publishes takes to come back. */
import { BareClient } from "../harness/bare-client.ts";

const CLIENTS = 40;
/** Of each: forty a second, of the fifty that it may. */
const EVERY_MS = 25;

export class HonestClients {
  readonly #clients: readonly BareClient[];
  #tripsMs: number[] = [];

  private constructor(clients: readonly BareClient[]) {
    this.#clients = clients;
  }

  static async join(url: string): Promise<HonestClients> {
    const rooms = Array.from({ length: CLIENTS }, (_, index) => `honest.${index}`);
    const clients = await Promise.all(rooms.map((room) => BareClient.join(url, { join: [{ room }] })));
    const honest = new HonestClients(clients);
    for (const [index, client] of clients.entries()) honest.#speak(client, rooms[index] ?? "", index);
    return honest;
  }

  /** Round trips from now on, in ms, once there are so many. */
  async trips(count: number): Promise<readonly number[]> {
    this.#tripsMs = [];
    while (this.#tripsMs.length < count) await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    return this.#tripsMs;
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }

  #speak(client: BareClient, room: string, index: number): void {
    const sentAtMs = new Map<string, number>();
    let published = 0;
    // What a test wants to remember would only take time here.
    client.socket.removeAllListeners("message").on("message", (data: Buffer) => {
      const atMs = performance.now();
      const text = data.toString();
      if (!text.startsWith('{"type":"event"')) return;
      const id = /"id":"(\d+)"/.exec(text)?.[1] ?? "";
      const sent = sentAtMs.get(id);
      sentAtMs.delete(id);
      if (sent !== undefined) this.#tripsMs.push(atMs - sent);
    });
    const publish = (): void => {
      const id = String((published += 1));
      const message = { type: "publish", id, room, event: "message", data: { text: "x" } };
      sentAtMs.set(id, performance.now());
      client.say(message);
    };
    setTimeout(() => setInterval(publish, EVERY_MS).unref(), (index * EVERY_MS) / CLIENTS);
  }
}
