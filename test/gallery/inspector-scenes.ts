/** Owns the scenes of the inspector. */
import { button } from "./acts.ts";
import type { Scene, Scenes } from "./scene.ts";
import type { Stage } from "./stage.ts";
import { talk } from "./talk.ts";

const inspecting =
  (hash: (stage: Stage) => Promise<string>, seen: string | RegExp): Scene["play"] =>
  async (stage) => {
    const place = await hash(stage);
    const page = await stage.open(`/inspect#${place}`);
    await page.getByText(seen).first().waitFor({ state: "attached" });
    return page;
  };

/** Somebody talks while the operator looks on. */
const busy =
  (hash: string, seen: string | RegExp): Scene["play"] =>
  async (stage) => {
    const [noor] = await talk(stage, "launch");
    await stage.other("Sleepy reader", "launch", "random", "team:ops");
    const place = hash.replace("{client}", noor?.id ?? "");
    const page = await stage.open(`/inspect#${place}`);
    for (let at = 0; at < 25; at += 1) {
      await noor?.publish("launch", "message", { text: `Step ${at} is done.` });
      await page.waitForTimeout(100);
    }
    await page.getByText(seen).first().waitFor({ state: "attached" });
    return page;
  };

export const inspectorScenes: Scenes = {
  "inspect-closed": {
    settings: { ROOMCAST_ADMIN_TOKEN: "a-token-that-nobody-guesses" },
    play: inspecting(async () => "overview", "For operators"),
  },
  "inspect-overview-idle": { play: inspecting(async () => "overview", "Rooms in use") },
  "inspect-rooms-idle": { play: inspecting(async () => "rooms", "Nobody is in any room.") },
  "inspect-users-idle": { play: inspecting(async () => "users", "Nothing is imposed on anybody.") },
  "inspect-clients-idle": { play: inspecting(async () => "clients", "Nobody is connected.") },
  "inspect-tail-idle": { play: inspecting(async () => "tail", "Live.") },
  "inspect-overview": { play: busy("overview", "Rooms in use") },
  "inspect-rooms": { play: busy("rooms", "launch") },
  "inspect-room": { play: busy("rooms/launch", "Noor Haddad") },
  "inspect-users": {
    play: async (stage) => {
      await stage.impose("mute", "guest:5hT0qk", { room: "launch", reason: "off topic", forMs: 3_600_000 });
      await stage.impose("ban", "mallory", {
        room: "team:ops",
        reason: "spam, three times",
        forMs: 86_400_000,
      });
      await stage.impose("ban", "eve", { reason: "stolen account" });
      await stage.impose("revoke", "grace");
      return inspecting(async () => "users", "stolen account")(stage);
    },
  },
  "inspect-clients": { play: busy("clients", "Noor Haddad") },
  "inspect-client": { play: busy("clients/{client}", "What happened") },
  "inspect-tail": { play: busy("tail", "Step") },
  "inspect-contract": { play: inspecting(async () => "contract/message", "Send one, as the operator") },
  "inspect-kick": {
    play: async (stage) => {
      const page = await busy("clients/{client}", "What happened")(stage);
      await button(page, "Kick…").click();
      await page.getByRole("dialog").waitFor();
      return page;
    },
  },
  "inspect-dead": {
    play: async (stage) => {
      const page = await busy("overview", "Rooms in use")(stage);
      await stage.server.kill();
      await page.getByText("No answer: these figures are old").waitFor();
      return page;
    },
  },
};
