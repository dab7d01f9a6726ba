/** Packets of Socket.IO, decoded and carried out by a hub that must answer them. */
import { decodeDown } from "@roomcast/protocol";
import type { SeededRandom } from "@roomcast/hub/testing";

import { Namespaces } from "../../../src/adapters/socketio/namespaces.ts";
import { SocketioClient } from "../../../src/adapters/socketio/socketio-client.ts";
import { textsOf } from "../../../src/adapters/ws/text-frame.ts";
import { NodeClock } from "../../../src/node-clock.ts";
import { NodeRandom } from "../../../src/node-random.ts";
import { FuzzedHub } from "../fuzzed-hub.ts";
import { anyFrame, spoil } from "../mutate.ts";
import type { Target } from "../target.ts";

const PACKETS = [
  ...["0", "1", '2["message",{"text":"x"}]', '21["message",{"text":"x"},{"room":"general"}]', "3", '31["x"]'],
  ...['21["join",{"room":"a"}]', '21["history",{"room":"general","limit":5}]', '21["leave",{"room":"a"}]'],
  ...['21["presence",{"room":"general","state":{"a":1}}]', '21["refresh",{"token":"x"}]', '4{"message":"x"}'],
  ...[
    '51-["message",{"_placeholder":true,"num":0}]',
    '61-1[{"_placeholder":true,"num":0}]',
    "0/admin,",
    "1/admin,",
  ],
  ...['2/admin,1["message",{}]', '0{"token":"x","join":[{"room":"a"}]}', '0{"pid":"x","offset":"g-5"}'],
] as [string, ...string[]];

/** Between two packets; what begins with it is an attachment. */
const SEPARATOR = "\x1e";

function anyPacket(chance: SeededRandom): string {
  if (chance.below(10) === 0) return `${SEPARATOR}attachment`;
  if (chance.below(4) > 0) return spoil(chance.pick(PACKETS), chance);
  return `21[${JSON.stringify(chance.pick(["message", "join", "presence", "history"]))},${anyFrame(chance)}]`;
}

export function socketio(): Target {
  const fuzzed = new FuzzedHub();
  const ports = {
    hub: fuzzed.hub,
    clock: new NodeClock(),
    random: new NodeRandom(),
    connectTimeoutMs: 60_000,
  };
  const namespaces = new Namespaces("g", undefined);
  return {
    make: (chance) =>
      Buffer.from(Array.from({ length: 1 + chance.below(3) }, () => anyPacket(chance)).join(SEPARATOR)),
    async take(input) {
      const connection = fuzzed.connection();
      const sent: string[] = [];
      const link = {
        place: { remote: "fuzz", keep: () => undefined },
        bufferedBytes: 0,
        open: true,
        send: (frames: Uint8Array) => void sent.push(...textsOf(frames)),
        close: () => undefined,
      };
      const client = new SocketioClient({ ...ports, namespaces }, link as never, undefined, () => undefined);
      client.message("0");
      for (const packet of input.toString().split(SEPARATOR))
        client.message(packet === "attachment" ? Buffer.from("x") : packet);
      const answered = await fuzzed.answers(connection, () => {
        client.ended("over");
        client.gone();
      });
      return [...answered, ...sent.flatMap((packet) => codesIn(packet))];
    },
    close: () => fuzzed.close(),
  };
}

/** Of refusals in acks, errors and connect errors. */
function codesIn(packet: string): string[] {
  const at = packet.search(/[[{]/);
  if (at === -1) return [];
  const found: string[] = [];
  const isRefusal =
    /^.?4/.test(packet) || packet.includes('"ok":false') || packet.includes('["error",{"type":"error"');
  if (!isRefusal) return found;
  for (const [, code] of packet.matchAll(/"code":"([^"]*)"/g)) found.push(code ?? "");
  return found.length > 0 || decodeDown(packet.slice(at)).ok ? found.slice(0, 1) : [];
}
