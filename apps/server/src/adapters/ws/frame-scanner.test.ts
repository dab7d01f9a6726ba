import { SeededRandom } from "@roomcast/hub/testing";
import { describe, expect, it } from "vitest";

import { clientFrame, OPCODE } from "../../../test/bare-socket.ts";
import { FrameScanner } from "./frame-scanner.ts";

const LENGTHS = [0, 1, 125, 126, 127, 300, 65_535, 65_536] as const;

describe("the frame scanner", () => {
  it.each([1, 2, 3, 4, 5])("W-3: knows where messages end, however they are cut (seed %i)", (seed) => {
    const random = new SeededRandom(seed);
    const scanner = new FrameScanner();
    for (let message = 1; message <= 20; message += 1) {
      const parts = 1 + random.below(3);
      for (let part = 1; part <= parts; part += 1) {
        const payload = Buffer.alloc(random.pick(LENGTHS));
        const bytes = Buffer.concat([
          clientFrame(part === 1 ? OPCODE.text : OPCODE.continuation, payload, { fin: part === parts }),
          ...(part < parts && random.below(2) === 0 ? [clientFrame(OPCODE.ping, "hi")] : []),
        ]);
        for (let at = 0; at < bytes.length;) {
          if (part > 1 || at > 0) expect(scanner.underWay).toBe(true);
          const taken = 1 + random.below(bytes.length - at);
          scanner.push(bytes.subarray(at, at + taken));
          at += taken;
          if (at < bytes.length) expect(scanner.completed).toBe(message - 1);
        }
      }
      expect(scanner.underWay).toBe(false);
      expect(scanner.completed).toBe(message);
      expect(scanner.announcedBytes).toBe(0);
    }
  });

  it("T5: says how large a message will be before it is there, all its fragments together", () => {
    const scanner = new FrameScanner();
    scanner.push(clientFrame(OPCODE.text, "abc", { fin: false }));
    expect(scanner.announcedBytes).toBe(3);
    scanner.push(clientFrame(OPCODE.ping, "not counted"));
    scanner.push(clientFrame(OPCODE.continuation, "", { announced: 2n ** 63n }));
    expect(scanner.announcedBytes).toBe(2 ** 63 + 3);
    expect(scanner.underWay).toBe(true);
  });

  it("T6: a header that is not complete is a message under way", () => {
    const scanner = new FrameScanner();
    expect(scanner.underWay).toBe(false);
    scanner.push(Buffer.from([0x81]));
    expect(scanner.underWay).toBe(true);
  });
});
