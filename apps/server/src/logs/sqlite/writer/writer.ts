/** The writer thread: takes one message at a time from the event loop, and does chores when none waits. */
import { parentPort, workerData } from "node:worker_threads";

import { readBootId } from "./generations.ts";
import { faultOf } from "./sqlite-fault.ts";
import { StoreGone } from "./store-files.ts";
import { StoreWriter } from "./store-writer.ts";
import type { FromWriter, ToWriter, WriterData } from "./writer-messages.ts";

if (parentPort === null) throw new Error("the writer runs in a thread of its own");
const port = parentPort;
const tell = (message: FromWriter): void => port.postMessage(message);

const data = workerData as WriterData;
const closed = new Int32Array(data.closed);

const opened = StoreWriter.open(data, readBootId());
if (opened.ok) serve(opened.value);
else tell({ kind: "refused", sentence: opened.error });

function serve(writer: StoreWriter): void {
  let nextChore: NodeJS.Immediate | undefined;

  /** A message that has come meanwhile goes first: the loop takes it in before the next immediate. */
  const setChores = (): void => {
    if (nextChore !== undefined || !writer.hasChores) return;
    nextChore = setImmediate(() => {
      nextChore = undefined;
      endOnFailedFlush(() => {
        const trimmed = writer.chore();
        if (trimmed !== undefined) tell({ kind: "trimmed", ...trimmed });
      });
      setChores();
    });
  };

  const handle = (message: ToWriter): void => {
    switch (message.kind) {
      case "group":
        tell(writer.commit(message));
        setChores();
        break;
      case "tick":
        writer.tick(message.now);
        setChores();
        break;
      case "copy":
        void writer.copy().then((failure) => tell({ kind: "copied", failure }));
        break;
      case "close":
        if (writer.isCopying) {
          void writer.stopCopying().then(() => handle(message));
          break;
        }
        clearImmediate(nextChore);
        writer.close();
        Atomics.store(closed, 0, 1);
        Atomics.notify(closed, 0);
        tell({ kind: "closed" });
        port.close();
    }
  };

  port.on("message", (message: ToWriter) => endOnFailedFlush(() => handle(message)));
  const { durability, lastTime: time, sequence, sanctions } = writer;
  const { present: generation, earlier, findings } = writer.generations;
  tell({ kind: "opened", durability, generation, earlier, findings, sanctions, time, sequence });
}

/** Anything else that throws is a bug, ends the thread, and is told to the event loop as its error. */
function endOnFailedFlush(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof StoreGone) && faultOf(error).kind !== "flush") throw error;
    const sentence =
      error instanceof StoreGone
        ? error.message
        : "the disk did not take a flush of the store, so what it holds is unknown";
    tell({ kind: "fatal", sentence });
    port.close();
  }
}
