/**
 * Owns what a page costs the thread that draws it, out of Chromium's own trace. Processor time: how long a task took by
 * the clock on the wall says as much about what else the machine was doing.
 */
import type { CDPSession, Page } from "playwright-core";

const TASK = "ThreadControllerImpl::RunTask";
const MARK = "roomcast-trace";

export interface Spent<Value> {
  readonly value: Value;
  /** Of all that the thread did. */
  readonly cpuMs: number;
  readonly longestTaskMs: number;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of the processor. */
  readonly tdur?: number;
}

/** While `act` goes on. One at a time in a browser. */
export async function spentBy<Value>(page: Page, act: () => Promise<Value>): Promise<Spent<Value>> {
  const devtools = await page.context().browser()!.newBrowserCDPSession();
  const seen: TraceEvent[] = [];
  devtools.on("Tracing.dataCollected", ({ value }) => {
    for (const event of value as unknown as TraceEvent[])
      if (event.name === TASK || event.name === MARK) seen.push(event);
  });
  const complete = new Promise<void>((resolve) => devtools.once("Tracing.tracingComplete", () => resolve()));
  await devtools.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: ["toplevel", "blink.user_timing"] },
  });
  await page.evaluate((mark) => void performance.mark(mark), MARK);
  const value = await act();
  await devtools.send("Tracing.end");
  await complete;
  await devtools.detach();
  const own = seen.find(({ name }) => name === MARK);
  if (own === undefined) throw new Error("the page is not in the trace");
  const tasksMs = seen
    .filter(({ name, pid, tid }) => name === TASK && pid === own.pid && tid === own.tid)
    .map(({ tdur = 0 }) => tdur / 1_000);
  return {
    value,
    cpuMs: tasksMs.reduce((sum, ms) => sum + ms, 0),
    longestTaskMs: Math.max(0, ...tasksMs),
  };
}

/** What is left on a page's heap once all that nobody holds is gone. */
export async function heapBytes(devtools: CDPSession): Promise<number> {
  await devtools.send("HeapProfiler.collectGarbage");
  return (await devtools.send("Runtime.getHeapUsage")).usedSize;
}
