/** Owns the backups that are asked for while the store is in use: one at a time. Must not know how the writer makes one. */
import { type FileHandle, open, rm } from "node:fs/promises";

import { err, ok, type Refusal, refusal, type Result } from "@roomcast/protocol";

import { canBackUp } from "./writer/sqlite-driver.ts";
import type { Failure } from "./writer/writer-messages.ts";

const RETRY_AFTER_MS = 10_000;

export class SqliteBackups {
  readonly #file: string;
  readonly #ask: () => void;
  #isUnderWay = false;
  #copied: (failure: Failure | undefined) => void = () => undefined;

  /** @param file where the writer puts a copy. @param ask asks it for one. */
  constructor(file: string, ask: () => void) {
    this.#file = file;
    this.#ask = ask;
  }

  async make(): Promise<Result<FileHandle, Refusal>> {
    if (!canBackUp())
      return err(refusal("not_found", "this Node.js cannot copy a store in use: 22.16 and newer can"));
    if (this.#isUnderWay) return err(refusal("overloaded", "another backup is being made", RETRY_AFTER_MS));
    this.#isUnderWay = true;
    try {
      return await this.#make();
    } finally {
      this.#isUnderWay = false;
    }
  }

  /** The writer has answered, or has ended. */
  copied(failure: Failure | undefined): void {
    this.#copied(failure);
  }

  async #make(): Promise<Result<FileHandle, Refusal>> {
    const failure = await new Promise<Failure | undefined>((resolve) => {
      this.#copied = resolve;
      this.#ask();
    });
    if (failure === "storage_full")
      return err(refusal(failure, "a backup needs as much room again beside the store"));
    if (failure !== undefined) return err(refusal(failure));
    try {
      const handle = await open(this.#file);
      await rm(this.#file);
      return ok(handle);
    } catch {
      return err(refusal("storage_unavailable"));
    }
  }
}
