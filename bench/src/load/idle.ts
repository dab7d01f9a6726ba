/** Owns the load that does nothing: what a member costs that only sits there, and what its coming costs. */
import type { Figures } from "../figures.ts";
import { Crowd, settled } from "./crowd.ts";
import type { IdleLoad } from "./job.ts";
import { ServerMeter } from "./server-meter.ts";
import type { Stage } from "./stage.ts";
import type { Wire } from "./wire.ts";

const KIB = 1024;

export async function idle({ members, ownRooms = 0, restMs = 0 }: IdleLoad, stage: Stage): Promise<Figures> {
  const { meter } = stage;
  let closed = 0;
  const roomsOf = (member: number): string[] =>
    ownRooms === 0 ? ["room"] : Array.from({ length: ownRooms }, (_, index) => `room-${member}-${index}`);
  const wiresInto = (roomsOf: (member: number) => string[]): Wire[] =>
    Array.from({ length: members }, (_, member) =>
      stage.wire({ rooms: roomsOf(member), onMarker: () => {}, onEnd: () => (closed += 1) }),
    );
  // What a server needs once, for whoever comes first (its compiled code, its young generation), is not what a room costs.
  const first =
    ownRooms === 0
      ? undefined
      : await Crowd.gather(
          wiresInto(() => ["first"]),
          meter,
        );
  const wires = wiresInto(roomsOf);
  const [residentBytes, kernelBytes] = [meter.residentBytes(), ServerMeter.kernelBytes()];
  stage.measuring();
  const crowd = await Crowd.gather(wires, meter, Math.max(1, ownRooms));
  await settled(restMs);
  const grownBytes = meter.residentBytes() - residentBytes;
  // Both ends of each connection are on this machine.
  const kernelGrownBytes = Math.max(0, ServerMeter.kernelBytes() - kernelBytes) / 2;
  const figures = {
    residentKibPerConnection: grownBytes / KIB / members,
    kernelKibPerConnection: kernelGrownBytes / KIB / members,
    ...(ownRooms > 0 && { residentBytesPerRoom: grownBytes / (members * ownRooms) }),
    ...crowd.figures,
    closed,
  };
  first?.end();
  crowd.end();
  return figures;
}
