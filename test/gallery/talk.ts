/** Owns a conversation that looks like one: several people, replies, reactions, an edit, code, a link, a long one. */
import type { BareClient } from "../harness/bare-client.ts";
import type { Stage } from "./stage.ts";

const LONG = Array.from(
  { length: 18 },
  (_, line) => `${line + 1}. Checked step ${line + 1} of the runbook on the second machine.`,
).join("\n");

export async function talk(stage: Stage, room: string): Promise<readonly BareClient[]> {
  const [noor, tomas, bo] = [
    await stage.other("Noor Haddad", room),
    await stage.other("Tomás", room),
    await stage.other("Bo", room),
  ];
  const say = (who: BareClient, text: string, more: object = {}): Promise<unknown> =>
    who.publish(room, "message", { text, ...more });
  await say(noor, "Morning. The release notes are in the usual place, please read them with **fresh eyes**.");
  await say(tomas, "Reading. You spelt “receive” three ways.");
  await say(tomas, "And the second paragraph promises a date.");
  await say(noor, "On purpose, one for each transport.", { replyTo: 2 });
  await tomas.publish(room, "reaction", { target: 4, emoji: "😂", on: true });
  await bo.publish(room, "reaction", { target: 4, emoji: "😂", on: true });
  await bo.publish(room, "reaction", { target: 4, emoji: "👍", on: true });
  await say(bo, "What would `history: 50` cost us in a room of a thousand?");
  await say(noor, "One page, encoded once. The figures are on https://example.org/performance");
  await say(bo, "```\nconst room = client.room('launch', { history: 50 });\nroom.on('message', show);\n```");
  await say(tomas, LONG);
  await say(tomas, "> promises a date\n\nIt does not any more.");
  await noor.publish(room, "edit", { target: 1, text: "Morning. The release notes are in the usual place." });
  return [noor, tomas, bo];
}
