/** Owns what stands between "somebody wants to publish" and the log: contract, policy, the application's handler. */
import { err, type From, JsonText, ok, type Refusal, refusal, type Result } from "@roomcast/protocol";

import type { Outcome } from "./application.ts";
import type { Engine } from "./engine.ts";
import type { Identity } from "./identity.ts";
import { type MaybePromise, whenReady } from "./maybe-promise.ts";

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
  | { readonly kind: "publish"; readonly data: JsonText; readonly kept: boolean }
  | { readonly kind: "answer"; readonly answer: unknown };

type Admission = Pick<Engine, "contract" | "policy" | "handlers" | "telemetry">;
type Verdict = Result<Admitted, Refusal>;

export function admit(engine: Admission, candidate: Candidate): MaybePromise<Verdict> {
  const { room, event, identity, to } = candidate;
  const checked = engine.contract.check(event, candidate.data, "anyone");
  if (!checked.ok) return checked;
  const { data, kept } = checked.value;
  const kind = to === undefined ? "publish" : "direct";
  return whenReady(
    engine.policy.authorise(identity, { kind, room, event }),
    (refused): MaybePromise<Verdict> => {
      if (refused !== undefined) return err(refused);
      const handler = engine.handlers.get(event);
      if (handler === undefined) return publishing(data, kept);
      const outcome = handler({ ...candidate, data });
      return whenReady(outcome, (decided) =>
        decide(engine, event, data, kept, decided ?? { kind: "accept" }),
      );
    },
  );
}

function decide(engine: Admission, event: string, data: unknown, kept: boolean, outcome: Outcome): Verdict {
  switch (outcome.kind) {
    case "accept":
      return publishing(data, kept);
    case "refuse":
      return err(outcome.refusal);
    case "answer":
      return ok({ kind: "answer", answer: outcome.answer });
    case "change": {
      const changed = engine.contract.check(event, outcome.data, "server");
      if (changed.ok) return publishing(changed.value.data, kept);
      const error = new TypeError(
        `the handler of "${event}" changed the data to something else: ${changed.error.message}`,
      );
      engine.telemetry.record({ kind: "fault", where: "event handler", error });
      return err(refusal("internal"));
    }
  }
}

const publishing = (data: unknown, kept: boolean): Verdict =>
  ok({ kind: "publish", data: JsonText.of(data), kept });
