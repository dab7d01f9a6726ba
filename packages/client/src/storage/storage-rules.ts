/**
 * Owns what every client storage must do, as rules without a test framework: they run in a page as well. A rule answers what it
 * saw, which is to equal what it expects.
 */
import type { ClientStorage, StoredPublish } from "./client-storage.ts";

export interface StorageRule {
  readonly name: string;
  /** @param live ends the life of the program before, if there was one, and begins the next. */
  readonly observe: (live: () => Promise<ClientStorage>) => Promise<unknown>;
  readonly expected: unknown;
}

const publish = (id: string, fields: Partial<StoredPublish> = {}): StoredPublish => ({
  ...{ id, room: "general", event: "message", data: { text: id }, createdAt: 1 },
  ...fields,
});

const all: StoredPublish = publish("all", {
  ...{ echo: false, to: "c1", sentAs: "guest:1" },
  data: [null, 1.5, "\u{1F600}", { deep: [{}] }],
  failed: { code: "overloaded", message: "later", retry: "same_id", retryAfterMs: 5 },
});

const ids = async (storage: ClientStorage): Promise<string[]> =>
  (await storage.load()).publishes.map(({ room, id }) => `${room}/${id}`);

export const STORAGE_RULES: readonly StorageRule[] = [
  {
    name: "C-KEPT it begins with nothing",
    observe: async (live) => (await live()).load(),
    expected: { publishes: [] },
  },
  {
    name: "C-KEPT what was saved is there in the next life, to the last field",
    async observe(live) {
      const storage = await live();
      await storage.load();
      await storage.save(all);
      await storage.keepResume("secret");
      return (await live()).load();
    },
    expected: { publishes: [all], resume: "secret" },
  },
  {
    name: "C-KEPT in the order of the first save, whatever is replaced",
    async observe(live) {
      const storage = await live();
      await storage.load();
      await Promise.all(["b", "a", "c", "d"].map((id) => storage.save(publish(id))));
      await Promise.all([storage.save(publish("a", { sentAs: "ada" })), storage.remove("general", "c")]);
      const { publishes } = await (await live()).load();
      return publishes.map(({ id, sentAs }) => `${id} ${sentAs ?? "-"}`);
    },
    expected: ["b -", "a ada", "d -"],
  },
  {
    name: "C-KEPT an id is one within its room",
    async observe(live) {
      const storage = await live();
      await storage.load();
      await Promise.all([storage.save(publish("x")), storage.save(publish("x", { room: "other" }))]);
      await storage.remove("general", "x");
      return ids(await live());
    },
    expected: ["other/x"],
  },
  {
    name: "C-KEPT what was never there is removed without harm, and what was removed can be saved again",
    async observe(live) {
      const storage = await live();
      await storage.load();
      await storage.remove("general", "nothing");
      await Promise.all([
        storage.save(publish("a")),
        storage.remove("general", "a"),
        storage.save(publish("a")),
      ]);
      return ids(await live());
    },
    expected: ["general/a"],
  },
  {
    name: "C-KEPT the session is the last that was given, or none",
    async observe(live) {
      const storage = await live();
      await storage.load();
      await Promise.all([storage.keepResume("one"), storage.keepResume("two")]);
      const next = await live();
      const { resume } = await next.load();
      await next.keepResume(undefined);
      return [resume, "resume" in (await (await live()).load())];
    },
    expected: ["two", false],
  },
  {
    name: "C-KEPT a thousand publishes come back",
    async observe(live) {
      const storage = await live();
      await storage.load();
      await Promise.all(Array.from({ length: 1000 }, (_, index) => storage.save(publish(`p${index}`))));
      const kept = await ids(await live());
      return [kept.length, kept[0], kept[999]];
    },
    expected: [1000, "general/p0", "general/p999"],
  },
];
