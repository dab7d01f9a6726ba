/** Owns data that stays text on its way through the server: parsed once at the door, forwarded as it was printed. */
import { parseJson } from "./json.ts";

/** The JSON text of an event's data. Prints as the value that it holds, so any JSON printer handles it rightly. */
export class JsonText {
  readonly text: string;

  /** @param text must be valid JSON; it is not checked again. */
  constructor(text: string) {
    this.text = text;
  }

  static of(value: unknown): JsonText {
    // Of undefined and functions there is no JSON, whatever its type says.
    const text = JSON.stringify(value) as string | undefined;
    return new JsonText(text ?? "null");
  }

  toJSON(): unknown {
    return parseJson(this.text);
  }
}
