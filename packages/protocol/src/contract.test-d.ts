import { type } from "arktype";
import * as v from "valibot";
import { describe, expectTypeOf, test } from "vitest";
import { z } from "zod";

import { type Contract, type DataIn, type DataOut, defineContract, type EventName } from "./contract.ts";
import type { Events } from "./events.ts";

const strict = defineContract({
  events: {
    valibot: { data: v.object({ text: v.string(), at: v.pipe(v.string(), v.transform(Number)) }) },
    zod: { data: z.object({ text: z.string(), at: z.string().transform(Number) }), kept: false },
    arktype: { data: type({ text: "string", at: "string.numeric.parse" }), publisher: "server" },
    bare: { data: v.null() },
  },
});
type Strict = typeof strict;

const open = defineContract({ strict: false, events: { message: { data: v.object({ text: v.string() }) } } });
type Open = typeof open;

interface In {
  text: string;
  at: string;
}
interface Out {
  text: string;
  at: number;
}

describe("data is typed at both ends, whatever the validator", () => {
  test("what a publisher gives", () => {
    expectTypeOf<DataIn<Strict, "valibot">>().toEqualTypeOf<In>();
    expectTypeOf<DataIn<Strict, "zod">>().toEqualTypeOf<In>();
    expectTypeOf<DataIn<Strict, "arktype">>().toEqualTypeOf<In>();
    expectTypeOf<DataIn<Strict, "bare">>().toEqualTypeOf<null>();
  });

  test("what a subscriber gets", () => {
    expectTypeOf<DataOut<Strict, "valibot">>().toEqualTypeOf<Out>();
    expectTypeOf<DataOut<Strict, "zod">>().toEqualTypeOf<Out>();
    expectTypeOf<DataOut<Strict, "arktype">>().toEqualTypeOf<Out>();
  });

  test("of an event outside an open contract nothing is known", () => {
    expectTypeOf<DataIn<Open, "message">>().toEqualTypeOf<{ text: string }>();
    expectTypeOf<DataIn<Open, "other">>().toEqualTypeOf<unknown>();
    expectTypeOf<DataOut<Open, "other">>().toEqualTypeOf<unknown>();
    expectTypeOf<DataOut<Contract, "any">>().toEqualTypeOf<unknown>();
  });
});

describe("names", () => {
  test("strict is the default, and closes the list", () => {
    expectTypeOf(strict.strict).toEqualTypeOf<true>();
    expectTypeOf<EventName<Strict>>().toEqualTypeOf<"valibot" | "zod" | "arktype" | "bare">();
  });

  test("an open contract takes any, and still suggests its own", () => {
    expectTypeOf(open.strict).toEqualTypeOf<false>();
    expectTypeOf<string>().toExtend<EventName<Open>>();
    expectTypeOf<EventName<Open>>().not.toEqualTypeOf<string>();
  });

  test("the options of an event stay what they were declared to be", () => {
    expectTypeOf(strict.events.zod.kept).toEqualTypeOf<false>();
    expectTypeOf(strict.events.arktype.publisher).toEqualTypeOf<"server">();
  });
});

test("any contract is a Contract", () => {
  expectTypeOf<Strict>().toExtend<Contract>();
  expectTypeOf<Open>().toExtend<Contract>();
  expectTypeOf<Events>().toExtend<Contract>();
});

test("the bundled contract", () => {
  expectTypeOf<DataOut<Events, "message">>().toEqualTypeOf<{ text: string; replyTo?: number }>();
  expectTypeOf<DataIn<Events, "reaction">>().toEqualTypeOf<{ target: number; emoji: string; on: boolean }>();
  expectTypeOf<DataOut<Events, "tick">>().toEqualTypeOf<{ symbol: string; price: number; time: number }>();
});

test("what is no contract does not compile", () => {
  // @ts-expect-error an event needs a schema
  defineContract({ events: { message: {} } });
  // @ts-expect-error a schema speaks Standard Schema
  defineContract({ events: { message: { data: { text: "string" } } } });
  // @ts-expect-error nobody but anyone and the server publishes
  defineContract({ events: { message: { data: v.null(), publisher: "admin" } } });
});
