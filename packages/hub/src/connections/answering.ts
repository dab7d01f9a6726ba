/** Owns what becomes of one frame whose turn has come, also when a handler throws. Must not know what the messages mean. */
import { refusal } from "@roomcast/protocol";

import type { Engine } from "../engine.ts";
import { dispatch } from "../handlers/dispatch.ts";
import { hello } from "../handlers/hello.ts";
import type { MaybePromise } from "../maybe-promise.ts";
import type { Frame, Unread } from "./frame.ts";
import type { Peer } from "./peer.ts";
import { askedBy } from "./refusing.ts";

/** Neither throws nor rejects: whatever goes wrong is an answer to that frame. */
export function answer(engine: Engine, peer: Peer, unread: Frame | Unread): MaybePromise<void> {
  let frame: Frame | undefined;
  try {
    frame = typeof unread === "function" ? unread() : unread;
    const handled = handle(engine, peer, frame);
    return handled && watched(handled, peer, frame);
  } catch (error) {
    failed(peer, frame, error);
  }
}

async function watched(handled: PromiseLike<void>, peer: Peer, frame: Frame): Promise<void> {
  try {
    await handled;
  } catch (error) {
    failed(peer, frame, error);
  }
}

/** @param frame undefined: it could not even be read. */
function failed(peer: Peer, frame: Frame | undefined, error: unknown): void {
  const asked = frame === undefined ? {} : askedBy(frame.ok ? frame.value : frame.error);
  peer.fail(asked, "message handler", error);
}

function handle(engine: Engine, peer: Peer, frame: Frame): MaybePromise<void> {
  if (peer.closed) return;
  if (!frame.ok) {
    peer.refuse(frame.error, frame.error);
    if (frame.error.notAnObject === true && peer.allowance.badFrame()) peer.close("badMessages");
    return;
  }
  const message = frame.value;
  const { session } = peer;
  if (session === undefined) {
    if (message.type === "hello") return hello(engine, peer, message);
    peer.refuse(message, refusal("hello_required"));
  } else if (message.type === "hello") {
    peer.close("tooMany");
  } else {
    return dispatch({ engine, peer, session }, message);
  }
}
