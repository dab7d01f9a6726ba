/** Owns the setting of a test about an outbox alone: its clock, what it sends, and its publishes by their ids. */
import type { Publish } from "@roomcast/protocol";

import { Outbox } from "../publishing/outbox.ts";
import { printPublish } from "../publishing/prepare.ts";
import type { PublishResult } from "../publishing/publish.ts";
import type { ClientStorage } from "../storage/client-storage.ts";
import { ManualClock } from "./manual-clock.ts";
import { refused } from "./messages.ts";

type Refused = Parameters<Outbox["refused"]>[0];

export function outbox(storage?: ClientStorage) {
  const clock = new ManualClock();
  const sent: Publish[] = [];
  const errors: unknown[] = [];
  let unblocked = 0;
  const subject = new Outbox({
    clock,
    storage: () => storage,
    report: (error) => void errors.push(error),
    changed: () => {},
    unblock: () => void (unblocked += 1),
  });
  return {
    ...{ subject, clock, errors },
    /** The ids that went out since the last time. */
    sent: () => sent.splice(0).map(({ id }) => id),
    messages: () => sent.splice(0),
    unblocked: () => unblocked,
    open: (user = "ada") => subject.open({ user, send: ({ message }) => void sent.push(message) }),
    add: <Id extends string>(...ids: Id[]): Record<Id, Promise<PublishResult>> => {
      const asked = ids.map((id) => {
        const printed = printPublish({ id, room: "general", event: "message", data: { text: id } });
        if (!printed.ok) throw new Error(printed.error.message);
        return [id, subject.add(printed.value)] as const;
      });
      return Object.fromEntries(asked) as Record<Id, Promise<PublishResult>>;
    },
    refuse: (id: string, fields: Partial<Refused> = {}) =>
      subject.refused(refused({ id, ...fields }) as Refused),
    states: () => subject.pending.map(({ id, state, error }) => `${id} ${error?.code ?? state}`),
  };
}
