import { describe, expect, it } from "vitest";

import { createServer } from "../server.ts";
import { StartError } from "../start-error.ts";
import { readOptions } from "./read-options.ts";
import { DEFAULTS } from "./settings.ts";

const read = (options: object) => readOptions(options, ["server", "handlers"]);

describe("W-OPTIONS", () => {
  it("what is not given has its default, also where a variable of the environment was not set", () => {
    const given = { server: {}, handlers: {}, jwtSecret: undefined };
    expect(read(given)).toEqual({ settings: DEFAULTS, faults: [], warnings: [] });
  });

  it.each([
    [{ port: 0 }, { port: 0 }],
    [{ port: "8080" }, { port: 8080 }],
    [{ origins: ["https://a.example"] }, { origins: ["https://a.example"] }],
    [
      { origins: "https://a.example,https://b.example" },
      { origins: ["https://a.example", "https://b.example"] },
    ],
    [{ origins: [] }, { origins: [] }],
    [{ guestRooms: {} }, { guestRooms: {} }],
    [{ guestRooms: "news=join" }, { guestRooms: { news: ["join"] } }],
    [{ jwksUrl: "https://id.example/keys" }, { jwksUrl: new URL("https://id.example/keys") }],
    [{ jwksUrl: new URL("https://id.example/keys") }, { jwksUrl: new URL("https://id.example/keys") }],
  ])("%j is a value, or its text", (options, settings) => {
    expect(read(options)).toEqual({ settings: { ...DEFAULTS, ...settings }, faults: [], warnings: [] });
  });

  it.each([
    [{ port: -5 }, 'port must be a whole number from 0 to 65535, not "-5".'],
    [{ heartbeatMs: NaN }, 'heartbeatMs must be a whole number from 1 to 2147483647, not "NaN".'],
    [{ historyEvents: null }, "historyEvents must be a whole number from 1."],
    [{ store: "floppy" }, "store must be sqlite or memory."],
    [{ jwtSecret: "" }, "jwtSecret must be given a value."],
    [{ adminToken: "guess me" }, expect.not.stringContaining("guess me") as string],
    [{ origins: "a.example" }, expect.stringMatching(/^origins must be .*, not "a.example"\.$/) as string],
    [
      { origins: ["https://a.example", 7] },
      expect.stringMatching(/^origins must be a list of origins/) as string,
    ],
    [{ userRooms: { chat: "join" } }, "userRooms must be an object with a list of rights for each room."],
  ])("%j is wrong", (options, fault) => {
    expect(read(options).faults).toEqual([fault]);
  });

  it("a name that is none is warned of, with the nearest", () => {
    expect(read({ jwtSecrett: "s3cret", handler: {} }).warnings).toEqual([
      "jwtSecrett is no option; the nearest is jwtSecret.",
      "handler is no option; the nearest is handlers.",
    ]);
  });

  it("W-8: a server with wrong ones does not start, and says all of them", async () => {
    const wrong = createServer({ port: -5, heartbeatMs: 0.5 });
    await expect(wrong).rejects.toThrow(StartError);
    await expect(wrong).rejects.toThrow(/^port must .* heartbeatMs must /);
  });
});
