/** Owns the reference of the storage port: what it keeps, and what was asked of it. */
import type { ClientStorage, StoredClient, StoredPublish } from "../storage/client-storage.ts";

export class MemoryStorage implements ClientStorage {
  readonly stored = new Map<string, StoredPublish>();
  resume: string | undefined;
  readonly log: string[] = [];
  broken = false;

  async load(): Promise<StoredClient> {
    const { resume } = this;
    return { publishes: [...this.stored.values()], ...(resume !== undefined && { resume }) };
  }

  async save(publish: StoredPublish): Promise<void> {
    if (this.broken) throw new Error("the disk is full");
    this.stored.set(`${publish.room}/${publish.id}`, publish);
    this.log.push(`save ${publish.id} ${publish.sentAs ?? "-"}${publish.failed ? " failed" : ""}`);
  }

  async remove(room: string, id: string): Promise<void> {
    this.stored.delete(`${room}/${id}`);
    this.log.push(`remove ${id}`);
  }

  async keepResume(resume: string | undefined): Promise<void> {
    this.resume = resume;
  }
}
