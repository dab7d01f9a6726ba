/** Owns the question which messages are one's own. */
import type { Client } from "@roomcast/client";
import type { Events, From } from "@roomcast/protocol";

export class Self {
  readonly name: string;
  readonly #client: Client<Events>;
  /** A guest whose session was lost comes back as another user, and what the former one said stays one's own. */
  readonly #users = new Set<string>();

  constructor(client: Client<Events>, name: string) {
    this.#client = client;
    this.name = name;
  }

  get user(): string | undefined {
    const { user } = this.#client;
    if (user !== undefined) this.#users.add(user);
    return user;
  }

  /** As the server would name the sender, as far as it is known before it has. */
  get from(): From {
    return { clientId: this.#client.clientId ?? null, user: this.user ?? "", name: this.name };
  }

  is({ user }: Pick<From, "user">): boolean {
    return user === this.user || this.#users.has(user);
  }
}
