/** Owns the thread that owns the database, as the event loop sees it: how it starts, what it says, that it has died; and its end when the process exits. */
import { extname } from "node:path";
import { Worker } from "node:worker_threads";

import type { Sanction } from "@roomcast/hub";
import { err, ok, type Result } from "@roomcast/protocol";

import type {
  Answer,
  Failure,
  FromWriter,
  ToWriter,
  TrimmedRoom,
  WriterData,
  WriterSettings,
} from "./writer/writer-messages.ts";

interface WriterListener {
  readonly onAnswer: (answer: Answer) => void;
  readonly onTrimmed: (trimmed: TrimmedRoom) => void;
  readonly onCopied: (failure: Failure | undefined) => void;
  /** Called once, when the writer will answer no more; without a sentence after `close`. */
  readonly onEnd: (sentence?: string) => void;
}

/** How long an exit of the process waits for the store. */
const EXIT_LIMIT_MS = 2_000;

type Opened = Extract<FromWriter, { kind: "opened" }>;

export class WriterThread {
  readonly durability: WriterSettings["durability"];
  readonly generation: string;
  readonly earlierGenerations: readonly string[];
  readonly findings: readonly string[];
  readonly sanctions: readonly Sanction[];
  readonly lastTime: number | undefined;
  readonly sequence: number;
  readonly #worker: Worker;
  readonly #closed: Int32Array<SharedArrayBuffer>;

  private constructor(
    worker: Worker,
    closed: SharedArrayBuffer,
    { durability, generation, earlier, findings, sanctions, time, sequence }: Opened,
  ) {
    this.#worker = worker;
    this.#closed = new Int32Array(closed);
    this.durability = durability;
    this.generation = generation;
    this.earlierGenerations = earlier;
    this.findings = findings;
    this.sanctions = sanctions;
    this.lastTime = time;
    this.sequence = sequence;
  }

  /** Throws when the thread ends by a bug of its own. The error is one sentence for the operator. */
  static async start(settings: WriterSettings): Promise<Result<WriterThread, string>> {
    // The thread's file has the extension of this one: .ts as source, .js as built.
    const file = new URL(`./writer/writer${extname(import.meta.url)}`, import.meta.url);
    // Nothing of the process's own: `--input-type` would keep the thread from starting, and the environment of
    // `node --watch` makes it post messages of its own.
    const closed = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    const workerData: WriterData = { ...settings, closed };
    const worker = new Worker(file, { workerData, name: "roomcast-writer", env: {}, execArgv: [] });
    const first = await new Promise<FromWriter>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.once("exit", () => reject(new Error("the writer of the store ended before it began")));
    });
    worker.removeAllListeners("error").removeAllListeners("exit");
    switch (first.kind) {
      case "opened":
        return ok(new WriterThread(worker, closed, first));
      case "refused":
        return err(first.sentence);
      default:
        throw new Error(`the writer began with ${first.kind}`);
    }
  }

  tell(message: ToWriter): void {
    this.#worker.postMessage(message);
  }

  listen({ onAnswer, onTrimmed, onCopied, onEnd }: WriterListener): void {
    let ended = false;
    const end = (sentence?: string): void => {
      if (ended) return;
      ended = true;
      process.off("exit", this.#closeAtExit);
      onEnd(sentence);
    };
    process.on("exit", this.#closeAtExit);
    this.#worker.on("message", (message: FromWriter) => {
      switch (message.kind) {
        case "answer":
          onAnswer(message);
          break;
        case "trimmed":
          onTrimmed(message);
          break;
        case "copied":
          onCopied(message.failure);
          break;
        case "fatal":
          end(message.sentence);
          break;
        case "closed":
          end();
          break;
        case "opened":
        case "refused":
          throw new Error(`the writer said ${message.kind} twice`);
      }
    });
    this.#worker.on("error", (error) => end(`the writer of the store failed: ${String(error)}`));
    this.#worker.on("exit", (code) => end(`the writer of the store ended by itself with ${code}`));
  }
  /**
   * Without it SQLite tidies the write-ahead log away as the thread is torn down, and nothing says to the next start that
   * all of it had been taken over before: every client would be told of a gap.
   */
  readonly #closeAtExit = (): void => {
    this.tell({ kind: "close" });
    Atomics.wait(this.#closed, 0, 0, EXIT_LIMIT_MS);
  };
}
