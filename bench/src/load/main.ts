/** A load process: takes one job from its parent, does it, and reports. */
import type { Figures } from "../figures.ts";
import { fanOut } from "./fan-out.ts";
import { idle } from "./idle.ts";
import type { Job, Load, Report } from "./job.ts";
import { overload } from "./overload.ts";
import { Stage } from "./stage.ts";
import { storm } from "./storm.ts";

const LOADS: { readonly [Kind in Load["kind"]]: (load: never, stage: Stage) => Promise<Figures> } = {
  "fan-out": fanOut,
  idle,
  storm,
  overload,
};

const report = (message: Report): void => {
  process.send?.(message);
};

// What was measured has been taken, or nobody is left to report to.
process.once("disconnect", () => process.exit());

process.once("message", (message) => {
  const job = message as Job;
  const stage = new Stage(job, () => {
    report({ kind: "measuring" });
  });
  LOADS[job.load.kind](job.load as never, stage).then(
    (figures) => {
      report({ kind: "measured", figures });
    },
    (error: unknown) => {
      report({ kind: "failed", reason: String(error) });
    },
  );
});
