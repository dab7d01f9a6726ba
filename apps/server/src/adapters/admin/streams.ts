/** Owns the answers that go on: what each tells, and that all of them end. As long as one is open, somebody watches. */
import type { Clock } from "@roomcast/hub";
import { refusal } from "@roomcast/protocol";

import { type Answer, refused } from "../http/answer.ts";
import type { Call } from "../http/route.ts";
import type { Gathering } from "./gathering.ts";
import { OperatorStream } from "./operator-stream.ts";
import { overview, type OverviewPorts } from "./overview.ts";
import { Tail } from "./tail.ts";
import type { Watch } from "./watch.ts";

export interface StreamPorts extends OverviewPorts {
  readonly clock: Clock;
  readonly streams: Streams;
}

const MAX_STREAMS = 64;
const MAX_FILTER_LENGTH = 256;

/** An overview now, and one each second. */
export const live = ({ streams, ...ports }: StreamPorts, call: Call<never>): Answer | undefined =>
  streams.open(call, ({ viewers, lastSecond }, stream) => {
    const view = (sample: object): void => stream.tell("overview", sample);
    view(overview(ports, lastSecond));
    viewers.add(view);
    return () => viewers.delete(view);
  });

/** The events that go by, as far as they pass the filter. */
export function tail({ streams, clock }: StreamPorts, call: Call<never>): Answer | undefined {
  const [room, event, user] = ["room", "event", "user"].map((name) => call.query.get(name) ?? undefined);
  if ([room, event, user].some((text) => (text?.length ?? 0) > MAX_FILTER_LENGTH))
    return refused(refusal("bad_message", `a filter is at most ${MAX_FILTER_LENGTH} characters`));
  return streams.open(call, ({ tails }, stream) => {
    const tail = new Tail({ room, event, user }, clock, (batch) => {
      const isTaken = !stream.isFull;
      stream.tell("events", batch);
      return isTaken;
    });
    tails.add(tail);
    return () => {
      tails.delete(tail);
      tail.stop();
    };
  });
}

export class Streams {
  readonly #clock: Clock;
  readonly #watch: Watch;
  readonly #open = new Set<OperatorStream>();

  constructor(clock: Clock, watch: Watch) {
    this.#clock = clock;
    this.#watch = watch;
  }

  /** @param begin starts telling. @returns undefined, or why there can be no other stream. */
  open(
    { response }: Pick<Call, "response">,
    begin: (gathering: Gathering, stream: OperatorStream) => () => void,
  ): Answer | undefined {
    if (this.#open.size >= MAX_STREAMS)
      return refused(refusal("too_many", `${MAX_STREAMS} streams are open already`));
    // Of one that has gone already no end would be told.
    if (response.destroyed) return undefined;
    const { gathering, end } = this.#watch.begin();
    const stream = new OperatorStream(response, this.#clock, () => {
      this.#open.delete(stream);
      stop();
      end();
    });
    this.#open.add(stream);
    const stop = begin(gathering, stream);
    if (response.req.method === "HEAD") stream.end();
    return undefined;
  }

  close(): void {
    for (const stream of this.#open) stream.end();
  }
}
