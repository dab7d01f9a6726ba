/** The other half of a remote member: an SDK client in a process of its own, which does what it is told and tells what it sees. */
import { openWith, type WebSocketClass } from "@roomcast/client";
import type { Observation } from "@roomcast/hub/testing";
import { WebSocket } from "ws";

import type { FromRemote, RemoteOptions, ToRemote } from "./remote-member.ts";
import { SdkMember } from "./sdk-member.ts";
import { tokenOf } from "./tokens.ts";

const TELL_EVERY_MS = 5;

const options = JSON.parse(process.argv[2] ?? "") as RemoteOptions;
const tell = (message: FromRemote): void => void process.send?.(message);

/** Who comes from another machine and is no page shows a token before the 101. */
class TokenSocket extends WebSocket {
  constructor(url: string, subprotocol: string) {
    super(url, subprotocol, { headers: { authorization: `Bearer ${tokenOf(options.name)}` } });
  }
}

const observations: Observation[] = [];
const push = observations.push.bind(observations);
observations.push = (...seen) => {
  for (const observation of seen) tell({ observation });
  return push(...seen);
};
const member = new SdkMember({
  ...options,
  ...{ token: true, eager: true, observations },
  onFault: (fault) => tell({ fault }),
  openSocket: openWith(TokenSocket as unknown as WebSocketClass),
});

setInterval(() => {
  const { present, pending } = member;
  const offsets = Object.fromEntries(options.rooms.map((room) => [room, member.offsetIn(room) ?? 0]));
  tell({ present, pending, offsets });
}, TELL_EVERY_MS);

process.on("message", (message: ToRemote) => {
  if ("utterance" in message) member.publish(message.utterance);
  else if ("wake" in message) member.wake();
  else {
    member.leave();
    process.exit();
  }
});
// Whoever started it has gone.
process.on("disconnect", () => process.exit());
