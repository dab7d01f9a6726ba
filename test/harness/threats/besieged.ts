/**
 * Owns a real server in a process of its own that is attacked, and an honest client in it: after each attack the process lives,
 * the client still receives what it publishes, nothing was put on a prototype, and the memory is back.
 */
import { fileURLToPath } from "node:url";

import { BareClient } from "../bare-client.ts";
import { NO_RATES } from "../no-rates.ts";
import { ServerProcess } from "../server-process.ts";
import { until } from "../until.ts";

const PROBE = fileURLToPath(new URL("./memory-probe.ts", import.meta.url));
const ALLOWED_BYTES = 10 * 1024 * 1024;

interface Memory {
  readonly bytes: number;
  readonly added: readonly string[];
}

export class Besieged implements AsyncDisposable {
  readonly server: ServerProcess;
  readonly #honest: BareClient;
  #before = 0;

  private constructor(server: ServerProcess, honest: BareClient) {
    this.server = server;
    this.#honest = honest;
  }

  /** @param token of the honest client, where guests stay out. */
  static async start(env: Record<string, string> = {}, token?: string): Promise<Besieged> {
    const server = await ServerProcess.start({
      ...NO_RATES,
      ROOMCAST_STORE: "memory",
      ROOMCAST_UPGRADES_PER_SECOND: "0",
      NODE_OPTIONS: `--import=${PROBE}`,
      ...env,
    });
    const honest = await BareClient.join(server.ws, {
      join: [{ room: "honest" }],
      ...(token !== undefined && { token }),
    });
    const besieged = new Besieged(server, honest);
    await besieged.#roundTrip();
    besieged.#before = (await besieged.#memory()).bytes;
    return besieged;
  }

  get port(): number {
    return this.server.port;
  }

  /** @throws when the attack has left something behind. */
  async unharmed(): Promise<void> {
    await this.#roundTrip();
    let after: Memory | undefined;
    await until("the memory is back", async () => {
      after = await this.#memory();
      return after.bytes < this.#before + ALLOWED_BYTES;
    });
    if (after!.added.length > 0) throw new Error(`on Object.prototype: ${after!.added.join()}`);
    const faults = this.server.log.filter(({ msg }) => msg === "fault");
    if (faults.length > 0) throw new Error(`faults: ${JSON.stringify(faults)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#honest.close();
    await this.server[Symbol.asyncDispose]();
  }

  async #roundTrip(): Promise<void> {
    const text = crypto.randomUUID();
    await this.#honest.publish("honest", "message", { text });
    await until("the honest client hears itself", () => this.#honest.texts("honest").includes(text));
    // What it remembers must not make the test slow.
    this.#honest.messages.length = 1;
  }

  async #memory(): Promise<Memory> {
    const said = (): Memory[] => this.server.log.filter(({ msg }) => msg === "memory") as unknown as Memory[];
    const before = said().length;
    this.server.signal("SIGUSR2");
    await until("the memory is told", () => said().length > before);
    return said().at(-1)!;
  }
}
