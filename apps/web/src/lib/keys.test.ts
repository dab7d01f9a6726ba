import { describe, expect, it } from "vitest";

import { en } from "../texts/en.ts";
import { keyNames, pageKeyOf, shortcuts } from "./keys.ts";

const press = (key: string, more: Partial<KeyboardEvent> = {}) =>
  pageKeyOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, target: null, ...more });

describe("the keys", () => {
  it("are the same on every keyboard, by Ctrl or by Cmd", () => {
    for (const mod of [{ ctrlKey: true }, { metaKey: true }]) {
      expect(press("k", mod)).toBe("switch");
      expect(press("K", mod)).toBe("switch");
      expect(press("F", { ...mod, shiftKey: true })).toBe("search");
      expect(press("/", mod)).toBe("help");
      expect(press("End", mod)).toBe("jump");
    }
  });

  it("leave alone what is the browser's or a letter", () => {
    expect(press("k")).toBeUndefined();
    expect(press("f", { ctrlKey: true })).toBeUndefined();
    expect(press("k", { ctrlKey: true, altKey: true })).toBeUndefined();
  });

  it("are written as they are on the keyboard", () => {
    expect(keyNames("Mod+Shift+F", false)).toEqual(["Ctrl", "Shift", "F"]);
    expect(keyNames("Mod+K", true)).toEqual(["⌘", "K"]);
    expect(keyNames("+")).toEqual(["+"]);
  });

  it("are listed with what they do", () => {
    for (const { list } of shortcuts) for (const { does } of list) expect(en.keys[does]).not.toBe("");
  });
});
