/** Owns the look at a store that nobody uses: whether it is one, and whole. */
import { err, ok, type Result } from "@roomcast/protocol";

import { openingFault } from "./writer/database.ts";
import { pragmaNumber, whyForeign } from "./writer/schema.ts";
import { openFile } from "./writer/sqlite-driver.ts";

export interface StoreContents {
  readonly rooms: number;
  readonly events: number;
}

/** All of it is read. The error is one sentence. */
export function checkStore(file: string): Result<StoreContents, string> {
  try {
    const database = openFile(file);
    try {
      database.exec("PRAGMA locking_mode = EXCLUSIVE");
      if (pragmaNumber(database, "page_count") === 0) return err(`${file} is empty`);
      const foreign = whyForeign(database);
      if (foreign !== undefined) return err(`${file} ${foreign}`);
      const found = String(database.prepare("PRAGMA quick_check(1)").get()?.["quick_check"]);
      if (found !== "ok") return err(`${file} is damaged: ${found}`);
      const count = (table: "rooms" | "events"): number =>
        Number(database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.["count"]);
      return ok({ rooms: count("rooms"), events: count("events") });
    } finally {
      database.close();
    }
  } catch (error) {
    return err(openingFault(file, error));
  }
}
