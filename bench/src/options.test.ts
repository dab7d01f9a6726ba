import { expect, it } from "vitest";

import { readOptions } from "./options.ts";

const names = (words: string[]): unknown => {
  const options = readOptions(words);
  if (typeof options === "string") return options;
  const { scenarios, peers, ...rest } = options;
  return { ...rest, scenarios: scenarios.map(({ name }) => name), peers: peers.map(({ name }) => name) };
};

it("B-OPTIONS: what is named is measured, and nothing else", () => {
  expect(
    names(["--repeats", "3", "--scenarios", "B,A", "--peers", "bun,mine", "--also", "mine=./mine {port}"]),
  ).toEqual({
    ...{ quick: false, repeats: 3, write: true },
    ...{ scenarios: ["A", "B"], peers: ["bun", "mine"] },
  });
});

it("B-OPTIONS: a quick run writes nothing", () => {
  expect(names(["--quick"])).toMatchObject({ quick: true, write: false });
});

it.each([
  [["--scenarios", "Z"], "--scenarios: there is no Z"],
  [["--peers", "nats"], "--peers: there is no nats"],
  [["--repeats", "0"], "--repeats: a whole number"],
])("B-OPTIONS: %j is refused with a sentence", (words, sentence) => {
  expect(readOptions(words)).toContain(sentence);
});

it("B-OPTIONS: a further server gets its port where its command says", () => {
  const options = readOptions(["--also", "mine=./mine --port={port} x=y"]);
  if (typeof options === "string") throw new Error(options);
  expect(options.peers.at(-1)?.command(7, "")).toEqual({ program: "./mine", args: ["--port=7", "x=y"] });
});
