/** Owns how a contract looks to a Socket.IO client: the two maps that `io<…>()` and `Socket<…>` take. Types alone. */
import type { Contract, DataIn, DataOut } from "./contract.ts";
import type { Refusal, Retry } from "./error-codes.ts";
import type { Drain } from "./messages/drain.ts";
import type { ErrorMessage } from "./messages/error.ts";
import type { Expiring } from "./messages/expiring.ts";
import type { EventMessage } from "./messages/event.ts";
import type { Gap } from "./messages/gap.ts";
import type { Welcome } from "./messages/hello.ts";
import type { GetHistory, History } from "./messages/history.ts";
import type { Joined, JoinTarget } from "./messages/join.ts";
import type { Left } from "./messages/leave.ts";
import type { Presence, SetPresence } from "./messages/presence.ts";
import type { Ack, Publish } from "./messages/publish.ts";
import type { Refresh } from "./messages/refresh.ts";

/** Where an event comes from, and where it stands: what comes behind its data. */
export type EventContext = Pick<EventMessage, "room" | "id" | "from" | "time" | "offset">;

/** What a callback gets. */
export type Answer<Message> =
  ({ readonly ok: true } & Message) | ({ readonly ok: false; readonly retry: Retry } & Refusal);

type Callback<Message> = (answer: Answer<Message>) => void;
type Events<C extends Contract> = keyof C["events"] & string;
type Request<Message> = Omit<Message, "type" | "id">;
type Ask<Message, Answered> = (message: Message, callback: Callback<Answered>) => void;

/** `cursor` is what a stock client remembers in order to recover. */
export type ServerToClientEvents<C extends Contract> = {
  readonly [Name in Events<C>]: (data: DataOut<C, Name>, context: EventContext, cursor?: string) => void;
} & {
  readonly welcome: (message: Welcome) => void;
  readonly joined: (message: Joined) => void;
  readonly left: (message: Left) => void;
  readonly presence: (message: Presence) => void;
  readonly gap: (message: Gap) => void;
  readonly expiring: (message: Expiring) => void;
  readonly drain: (message: Drain) => void;
  readonly ack: (stands: { readonly room: string }, cursor: string) => void;
  /** A request was refused that had no callback, or the connection is about to end. */
  readonly error: (why: ErrorMessage | { readonly closeCode: number; readonly message: string }) => void;
};

/** Each with a callback: without one nobody would know what became of it. `emitWithAck` brings its own. */
export type ClientToServerEvents<C extends Contract> = {
  readonly [Name in Events<C>]: (
    ...args:
      | [data: DataIn<C, Name>, callback: Callback<Ack>]
      | [data: DataIn<C, Name>, options: PublishOptions, callback: Callback<Ack>]
  ) => void;
} & {
  readonly join: Ask<JoinTarget, Joined>;
  readonly leave: Ask<Pick<Left, "room">, Left>;
  readonly presence: Ask<Request<SetPresence>, Ack>;
  readonly history: Ask<Request<GetHistory>, History>;
  readonly refresh: Ask<Request<Refresh>, Ack>;
};

/** Without a room: the first that was entered. */
type PublishOptions = Partial<Pick<Publish, "room" | "id" | "echo" | "to" | "age">>;
