/** Owns speaking with the operators' API: the token, whether one is let in, and streams. Must not know what is shown. */
import { EventSourceParserStream } from "eventsource-parser/stream";

import { t as app } from "../texts/language.svelte.ts";
import { t } from "./texts.ts";

const PREFIX = "/v1/admin";
const TOKEN_KEY = "roomcast.admin-token";

/** unknown: not asked yet. closed: only the server's own machine or a token gets in, and this is neither. */
export type Access = "unknown" | "open" | "token_wanted" | "closed";

export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value } /** message: a sentence for the operator. */
  | { readonly ok: false; readonly message: string };

interface Refusal {
  readonly code: string;
  readonly message: string;
}
interface ErrorBody {
  readonly error?: Refusal;
}

export class AdminApi {
  #access = $state<Access>("unknown");
  /** A token was given, and the server does not take it. */
  #wasRefused = $state(false);
  #token = recallToken();

  get access(): Access {
    return this.#access;
  }

  get wasRefused(): boolean {
    return this.#wasRefused;
  }

  /** Kept as long as the tab is. */
  async enter(token: string): Promise<void> {
    this.#token = token;
    await this.get("/overview");
    if (this.#access === "open") rememberToken(token);
  }

  get<Value>(path: string): Promise<Outcome<Value>> {
    return this.#ask(path, {});
  }

  post<Value>(path: string, body: object): Promise<Outcome<Value>> {
    const headers = { "Content-Type": "application/json" };
    return this.#ask(path, { method: "POST", headers, body: JSON.stringify(body) });
  }

  /**
   * Resolves when the stream has ended, however it did.
   * @param opened is called once there is a stream.
   * @param tell gets the data of each event.
   */
  async stream(
    path: string,
    signal: AbortSignal,
    { opened, tell }: { readonly opened: () => void; readonly tell: (data: unknown) => void },
  ): Promise<void> {
    try {
      const response = await this.#fetch(path, { signal });
      if (!response.ok || response.body === null) return;
      opened();
      const events = response.body
        .pipeThrough(new TextDecoderStream())
        .pipeThrough(new EventSourceParserStream());
      const reader = events.getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        tell(JSON.parse(value.data));
      }
    } catch {
      // The server is gone, or nobody listens any more.
    }
  }

  async #ask<Value>(path: string, init: RequestInit): Promise<Outcome<Value>> {
    try {
      const response = await this.#fetch(path, init);
      const body = (await response.json()) as Value & ErrorBody;
      if (response.ok) return { ok: true, value: body };
      return { ok: false, message: sentenceOf(body.error) ?? t().problems.status(response.status) };
    } catch {
      return { ok: false, message: t().problems.no_answer };
    }
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.#token !== undefined) headers.set("Authorization", `Bearer ${this.#token}`);
    const response = await fetch(PREFIX + path, { ...init, headers });
    if (response.status === 401) {
      this.#wasRefused = this.#token !== undefined;
      this.#access = "token_wanted";
    } else if (response.ok) {
      this.#access = "open";
    } else if (response.status < 500 && this.#access !== "open") {
      // To a stranger, nothing is there. From 500 on it is no answer: a proxy says that the server is away.
      this.#access = "closed";
    }
    return response;
  }
}

/** In the language of the app where the code says it all; else what the server says, which is more than the code does. */
function sentenceOf(refusal: Refusal | undefined): string | undefined {
  if (refusal === undefined) return undefined;
  const said: Readonly<Record<string, string>> = app().failures;
  return said[refusal.code] ?? `${refusal.message}.`;
}

function recallToken(): string | undefined {
  try {
    return sessionStorage.getItem(TOKEN_KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

function rememberToken(token: string): void {
  try {
    sessionStorage.setItem(TOKEN_KEY, token);
  } catch {
    // A browser that forbids storage asks again after a reload.
  }
}
