/** Owns which observations belong to which stay of which reader. */
import type { Finding } from "./finding.ts";
import type { History } from "./history.ts";
import type { EventKey } from "./observation.ts";
import { keyOf, type Placement } from "./placement.ts";
import { Stay } from "./stay.ts";

export function checkReading({ observations }: History, placement: Placement): Finding[] {
  const silent = new Map<string, Map<string, EventKey>>();
  for (const seen of observations) {
    if (seen.kind !== "invoke" || seen.echo) continue;
    silent.set(seen.client, (silent.get(seen.client) ?? new Map<string, EventKey>()).set(keyOf(seen), seen));
  }
  const findings: Finding[] = [];
  const present = new Map<string, Stay>();
  for (const seen of observations) {
    if (!("reader" in seen)) continue;
    const where = JSON.stringify([seen.reader, seen.room]);
    const stay = present.get(where);
    if (seen.kind === "begin") {
      if (stay !== undefined) throw new Error(`${seen.reader} begins in ${seen.room}, and had not left it`);
      present.set(where, new Stay(seen, placement, silent.get(seen.reader) ?? new Map()));
      continue;
    }
    if (stay === undefined) throw new Error(`${seen.reader} is told of ${seen.room}, and is not there`);
    if (seen.kind === "leave") {
      findings.push(...stay.findings);
      present.delete(where);
    } else if (seen.kind === "joined") stay.joined(seen);
    else if (seen.kind === "deliver") stay.deliver(seen);
    else stay.gap(seen);
  }
  for (const stay of present.values()) {
    stay.end();
    findings.push(...stay.findings);
  }
  return findings;
}
