/** Owns the one set of tables that everything in the writer works on. */
import type { DatabaseSync } from "node:sqlite";

import { DedupeTable } from "./dedupe-table.ts";
import { EventsTable } from "./events-table.ts";
import { RoomsTable } from "./rooms-table.ts";
import { SanctionsTable } from "./sanctions-table.ts";
import { Sequence } from "./sequence.ts";
import { SessionsTable } from "./sessions-table.ts";
import { Transaction } from "./transaction.ts";

export interface Tables {
  readonly transaction: Transaction;
  readonly rooms: RoomsTable;
  readonly events: EventsTable;
  readonly dedupe: DedupeTable;
  readonly sessions: SessionsTable;
  readonly sanctions: SanctionsTable;
  readonly sequence: Sequence;
}

export const tablesOf = (database: DatabaseSync, maxPageBytes: number): Tables => ({
  transaction: new Transaction(database),
  rooms: new RoomsTable(database),
  events: new EventsTable(database, maxPageBytes),
  dedupe: new DedupeTable(database),
  sessions: new SessionsTable(database),
  sanctions: new SanctionsTable(database),
  sequence: new Sequence(database),
});
