import type { Happening } from "@roomcast/protocol/operators";
import { expect, it } from "vitest";

import { tellingOf } from "./happening.ts";

it.each([
  [{ kind: "resumed", remote: "::1", transport: "ws" }, "resumed ws from ::1"],
  [{ kind: "left", room: "r", reason: "kicked" }, "left #r, kicked"],
  [
    { kind: "refused", code: "not_joined", request: "publish", room: "r" },
    "refused publish in #r: not_joined",
  ],
  [{ kind: "refused", code: "bad_message", request: null, room: null }, "refused a frame: bad_message"],
  [{ kind: "slow", queuedBytes: 131_072 }, "slow 128 KiB not taken"],
  [
    { kind: "closed", code: 4413, reason: "too slow", by: "server" },
    "closed as slow 4413 too slow, by the server",
  ],
  [{ kind: "teleported" }, "teleported "],
])("%j is told as %j", (happening, text) => {
  const { word, detail } = tellingOf(happening as Happening);
  expect(`${word} ${detail}`).toBe(text);
});
