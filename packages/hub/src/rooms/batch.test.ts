import type { Down } from "@roomcast/protocol";
import { describe, expect, test } from "vitest";

import type { Format } from "../ports/connection.ts";
import { Batch } from "./batch.ts";

/** One character a message, and it counts what it is asked for. */
class Letters implements Format {
  readonly name = "letters";
  encoded = 0;
  joined = 0;

  encode(message: Down): Uint8Array {
    this.encoded += 1;
    return Uint8Array.of((message as { room: string }).room.charCodeAt(0));
  }

  join(frames: readonly Uint8Array[]): Uint8Array {
    this.joined += 1;
    return Uint8Array.from(frames.flatMap((frame) => [...frame]));
  }
}

class Failing extends Letters {
  fails = false;

  override encode(message: Down): Uint8Array {
    if (this.fails) throw new Error("no");
    return super.encode(message);
  }
}

/** Who gets what is said in a format. */
const member = (format: Letters): { format: Format; encode: Format["encode"] } => ({
  format,
  encode: (message) => format.encode(message),
});

const letter = (room: string): Down => ({ type: "left", room, reason: "left" });
const text = (frames: Uint8Array | undefined): string | undefined => frames && String.fromCharCode(...frames);

function filled(letters: string, formats: Format[]): Batch<ReturnType<typeof member>> {
  const batch = new Batch<ReturnType<typeof member>>(formats);
  for (const each of letters) batch.push(letter(each));
  return batch;
}

describe("batch", () => {
  test("R-ENCODE-ONCE: each message is encoded once per format, joined once, and the buffer is the same for all", () => {
    const [a, b] = [new Letters(), new Letters()];
    const framesFor = filled("xyz", [a, b]).framesFor();
    const members = [a, a, a, b].map(member);
    const [first, second, third, fourth] = members.map(framesFor);
    expect(text(first)).toBe("xyz");
    expect(second).toBe(first);
    expect(third).toBe(first);
    expect(text(fourth)).toBe("xyz");
    expect([a.encoded, a.joined, b.encoded, b.joined]).toEqual([3, 1, 3, 1]);
  });

  test("R-ENCODE-ONCE: a single frame is not even joined", () => {
    const format = new Letters();
    expect(text(filled("x", [format]).framesFor()(member(format)))).toBe("x");
    expect(format.joined).toBe(0);
  });

  test("R-ACK-ORDER: what is inserted for one member stands where it was inserted, and the others do not see it", () => {
    const format = new Letters();
    const [ann, ben] = [member(format), member(format)];
    const batch = filled("a", [format]);
    batch.insert(ann, letter("1"));
    batch.insert(ann, letter("2"));
    batch.push(letter("b"));
    batch.insert(ann, letter("3"));
    const framesFor = batch.framesFor();
    expect(text(framesFor(ann))).toBe("a12b3");
    expect(text(framesFor(ben))).toBe("ab");
    expect(format.encoded).toBe(5);
  });

  test("R-ECHO: one member gets something else, or nothing, in the place of what was pushed last", () => {
    const format = new Letters();
    const [ann, ben, cid] = [member(format), member(format), member(format)];
    const batch = filled("ab", [format]);
    batch.replaceLast(ann, letter("1"));
    batch.replaceLast(ben, null);
    batch.push(letter("c"));
    batch.replaceLast(ben, null);
    batch.insert(ann, letter("2"));
    const framesFor = batch.framesFor();
    expect(text(framesFor(ann))).toBe("a1c2");
    expect(text(framesFor(ben))).toBe("a");
    expect(text(framesFor(cid))).toBe("abc");
  });

  test("R-ECHO: who is left with nothing gets no write at all", () => {
    const format = new Letters();
    const ann = member(format);
    const batch = filled("a", [format]);
    batch.replaceLast(ann, null);
    expect(batch.framesFor()(ann)).toBeUndefined();
  });

  test("R-ECHO: an ack may both stand behind one event and in the place of the next", () => {
    const format = new Letters();
    const ann = member(format);
    const batch = filled("a", [format]);
    batch.insert(ann, letter("1"));
    batch.push(letter("b"));
    batch.replaceLast(ann, letter("2"));
    expect(text(batch.framesFor()(ann))).toBe("a12");
  });

  test("R-BATCH: what everybody speaks when the first is pushed is made for all, also when somebody has gone since", () => {
    const [a, b] = [new Letters(), new Letters()];
    const batch = filled("a", [a, b]);
    batch.push(letter("b"));
    const framesFor = batch.framesFor();
    expect([a, b].map((format) => text(framesFor(member(format))))).toEqual(["ab", "ab"]);
  });

  test("R-BATCH: how much it is, is counted for all formats, and what one member alone gets is not", () => {
    const [a, b] = [new Letters(), new Letters()];
    const batch = filled("abc", [a, b]);
    batch.insert(member(a), letter("1"));
    expect([batch.length, batch.bytes]).toEqual([3, 6]);
  });

  test("R-BATCH: a format that throws leaves no format one frame ahead of the others", () => {
    const good = new Letters();
    const bad = new Failing();
    const batch = filled("a", [good, bad]);
    bad.fails = true;
    expect(() => batch.push(letter("b"))).toThrow("no");
    bad.fails = false;
    batch.push(letter("c"));
    const framesFor = batch.framesFor();
    expect([good, bad].map((format) => text(framesFor(member(format))))).toEqual(["ac", "ac"]);
  });
});
