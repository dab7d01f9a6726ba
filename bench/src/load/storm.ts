/** Owns the reconnect storm: everybody vanishes, misses events, and comes back at once. Whole is who has got all of them. */
import type { Figures } from "../figures.ts";
import { settled } from "./crowd.ts";
import type { StormLoad } from "./job.ts";
import { inLanes } from "./lanes.ts";
import { RoomcastClient, type Told } from "./roomcast-client.ts";
import type { Stage } from "./stage.ts";

const US = 1_000;

/** What a client has to know so as to come back. */
interface Place {
  readonly room: string;
  resume: string;
  position: NonNullable<Told["position"]>;
}

export async function storm({ members, rooms, missed }: StormLoad, stage: Stage): Promise<Figures> {
  const { port, meter } = stage;
  const roomOf = (member: number): string => `room-${member % rooms}`;
  const places = await inLanes(members, (member) => enter(port, roomOf(member)));
  await settled();
  const residentBytes = meter.residentBytes();
  for (const { client } of places) client.destroy();
  await publishMissed(port, rooms, missed);
  await settled();

  stage.measuring();
  const [startedMs, startedNs] = [performance.now(), meter.cpuNs()];
  let lost = 0;
  // All at once: how many the server takes at a time is its own affair.
  const returned = await Promise.all(
    places.map(async ({ place }) => {
      const back = await enter(port, place.room, place);
      lost += missed - back.events;
      return back;
    }),
  );
  const wholeMs = performance.now() - startedMs;
  await settled();
  const cpuUs = (meter.cpuNs() - startedNs) / US;
  for (const { client } of returned) client.destroy();
  const grownMib = Math.max(0, meter.peakBytes() - residentBytes) / 1024 ** 2;
  return { wholeMs, grownMib, cpuUsPerDelivery: cpuUs / (members * missed), lost };
}

interface Entered {
  readonly client: RoomcastClient;
  readonly place: Place;
  /** That came with the room. */
  readonly events: number;
}

function enter(port: number, room: string, from?: Place): Promise<Entered> {
  const { promise, resolve, reject } = Promise.withResolvers<Entered>();
  let resume = "";
  const target = from === undefined ? { room, history: 0 } : { room, since: from.position };
  const client = new RoomcastClient(
    port,
    { join: [target], ...(from !== undefined && { resume: from.resume }) },
    (told) => {
      if (told.type === "welcome") resume = told.resume ?? "";
      if (told.type !== "joined" || told.position === undefined) return;
      resolve({ client, place: { room, resume, position: told.position }, events: told.events?.length ?? 0 });
    },
    (reason) => {
      reject(new Error(reason));
    },
  );
  return promise;
}

async function publishMissed(port: number, rooms: number, missed: number): Promise<void> {
  for (let room = 0; room < rooms; room += 1) {
    const { promise: acked, resolve, reject } = Promise.withResolvers<void>();
    const name = `room-${room}`;
    let acks = 0;
    const publisher = new RoomcastClient(
      port,
      { join: [{ room: name, history: 0 }] },
      ({ type }) => {
        if (type === "joined")
          publisher.say(...Array.from({ length: missed }, (_, index) => event(name, index)));
        if (type === "ack" && ++acks === missed) resolve();
      },
      (reason) => {
        reject(new Error(reason));
      },
    );
    await acked;
    publisher.destroy();
  }
}

const event = (room: string, index: number): object => ({
  ...{ type: "publish", id: `missed-${index}`, room, event: "message" },
  data: { text: "x".repeat(128) },
});
