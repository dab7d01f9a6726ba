/** Owns whether somebody watches. While nobody does, no fact is listened to, no timer runs, and nothing is kept. */
import type { TelemetryFan } from "../../telemetry/telemetry-fan.ts";
import { Gathering, type GatheringPorts } from "./gathering.ts";

export interface WatchPorts extends GatheringPorts {
  readonly telemetry: Pick<TelemetryFan, "listen">;
}

export class Watch {
  readonly #ports: WatchPorts;
  #gathering: Gathering | undefined;
  #stopListening: () => void = () => undefined;
  #watchers = 0;

  constructor(ports: WatchPorts) {
    this.#ports = ports;
  }

  /** undefined while nobody watches. */
  get gathering(): Gathering | undefined {
    return this.#gathering;
  }

  /** Until `end` is called, once, somebody watches. */
  begin(): { readonly gathering: Gathering; readonly end: () => void } {
    const gathering = (this.#gathering ??= this.#gather());
    this.#watchers += 1;
    return {
      gathering,
      end: () => {
        this.#watchers -= 1;
        if (this.#watchers > 0) return;
        this.#stopListening();
        gathering.stop();
        this.#gathering = undefined;
      },
    };
  }

  #gather(): Gathering {
    const gathering = new Gathering(this.#ports);
    this.#stopListening = this.#ports.telemetry.listen(gathering);
    return gathering;
  }
}
