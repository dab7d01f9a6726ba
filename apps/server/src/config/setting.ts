/** Owns one setting: its names, its default, how its text is read. */
import { err, ok, type Result } from "@roomcast/protocol";

export interface Setting<Value = unknown> {
  /** In the environment. */
  readonly variable: string;
  readonly meaning: string;
  readonly unit?: "ms" | "events" | "bytes" | "days" | "messages per second" | undefined;
  readonly fallback: NoInfer<Value>;
  /** How the default reads in a list, where its own text does not say enough. */
  readonly fallbackText?: string | undefined;
  /** What is given may hold a secret, so it is in no message. */
  readonly secret?: boolean | undefined;
  /** An error completes the sentence "PORT must be …". */
  readonly parse: (text: string) => Result<Value, string>;
  /** The same of a value that is no text, as code gives it. */
  readonly check?: ((value: object) => Result<Value, string>) | undefined;
}

export type ValueOf<S> = S extends Setting<infer Value> ? Value : never;

/** A value, its default and its parser agree in type. */
export const setting = <Value>(description: Setting<Value>): Setting<Value> => description;

export const wholeNumber =
  (least: number, most: number) =>
  (text: string): Result<number, string> => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return ok(value);
    return err(
      most === Number.MAX_SAFE_INTEGER
        ? `a whole number from ${least}`
        : `a whole number from ${least} to ${most}`,
    );
  };

export const oneOf =
  <const Choice extends string>(...choices: readonly Choice[]) =>
  (text: string): Result<Choice, string> => {
    const choice = choices.find((each) => each === text);
    return choice === undefined
      ? err(`${choices.slice(0, -1).join(", ")} or ${choices.at(-1) ?? ""}`)
      : ok(choice);
  };

/** Separated by commas, or an array. */
export function listOf(
  isOne: (text: string) => boolean,
  what: string,
): Pick<Required<Setting<readonly string[] | undefined>>, "parse" | "check"> {
  const check = (value: object): Result<readonly string[], string> =>
    Array.isArray(value) && value.every((each) => typeof each === "string" && isOne(each))
      ? ok(value as string[])
      : err(what);
  return { check, parse: (text) => check(text.split(",").map((each) => each.trim())) };
}

export const anyText = (text: string): Result<string, string> => ok(text);
