/** Owns what stands between "somebody wants to publish" and the log: contract, policy, the application's handler. */
import {
  type CheckedEvent,
  err,
  type From,
  JsonText,
  MAX_ID_AGE_MS,
  ok,
  type Refusal,
  refusal,
  type Result,
} from "@roomcast/protocol";

import type { Identity } from "../access/identity.ts";
import type { Engine } from "../engine.ts";
import { isPromise, type MaybePromise, whenReady } from "../maybe-promise.ts";
import { accept, type Outcome } from "../ports/application.ts";

export interface Candidate {
  readonly room: string;
  readonly event: string;
  readonly data: unknown;
  readonly id: string;
  readonly from: From;
  readonly identity: Identity;
  readonly to?: string;
}

export type Admitted =
  | { readonly kind: "publish"; readonly event: string; readonly data: JsonText; readonly kept: boolean }
  | { readonly kind: "answer"; readonly answer: unknown };

type Admission = Pick<Engine, "access" | "contract" | "handlers" | "telemetry">;
type Verdict = Result<Admitted, Refusal>;

/** @param age ms since it was sent first, if it is a repetition: its id must not have been forgotten since. */
export function admit(engine: Admission, candidate: Candidate, age = 0): MaybePromise<Verdict> {
  if (age > MAX_ID_AGE_MS) return err(refusal("id_expired"));
  const { room, event, to } = candidate;
  const checked = engine.contract.check(event, candidate.data, "anyone");
  if (!checked.ok) return checked;
  const kind = to === undefined ? "publish" : "direct";
  const refusalNow = (): MaybePromise<Refusal | undefined> =>
    engine.access.refusal(candidate, { kind, room, event });
  return whenReady(refusalNow(), (refused): MaybePromise<Verdict> => {
    if (refused !== undefined) return err(refused);
    const handler = engine.handlers.get(event);
    const accepted = publishing(event, checked.value);
    if (handler === undefined) return accepted;
    const handled = handler({ ...candidate, data: checked.value.data });
    return whenReady(handled, (decided): MaybePromise<Verdict> => {
      const verdict = decide(engine, event, accepted, decided ?? accept);
      // A ban or a mute that came while the application made up its mind counts.
      return isPromise(handled)
        ? whenReady(refusalNow(), (since) => (since ? err(since) : verdict))
        : verdict;
    });
  });
}

function decide(engine: Admission, event: string, accepted: Verdict, outcome: Outcome): Verdict {
  switch (outcome.kind) {
    case "accept":
      return accepted;
    case "refuse":
      return err(outcome.refusal);
    case "answer":
      return ok({ kind: "answer", answer: outcome.answer });
    case "change": {
      const published = outcome.event ?? event;
      const changed = engine.contract.check(published, outcome.data, "server");
      if (changed.ok) return publishing(published, changed.value);
      const error = new TypeError(
        `what the handler of "${event}" makes of it does not fit the contract: ${changed.error.message}`,
      );
      engine.telemetry.record({ kind: "fault", where: "event handler", error });
      return err(refusal("internal"));
    }
  }
}

const publishing = (event: string, { data, kept }: CheckedEvent): Verdict =>
  ok({ kind: "publish", event, data: JsonText.of(data), kept });
