/** Owns the numbers of PROTOCOL.md. Sizes are in bytes, durations in milliseconds, lengths in UTF-16 code units. */

/** A message of a session that has said hello; a larger one closes the socket with 1009. */
export const MAX_MESSAGE_BYTES = 64 * 1024;
/** A message before hello. */
export const MAX_HELLO_BYTES = 16 * 1024;
/** Characters of the id of a request or publish. */
export const MAX_ID_LENGTH = 64;
/** Characters of what a person is called. */
export const MAX_NAME_LENGTH = 64;
/** Characters of a room's name. */
export const MAX_ROOM_LENGTH = 128;
/** Characters of an event's name. */
export const MAX_EVENT_LENGTH = 64;
/** Characters of an epoch. */
export const MAX_EPOCH_LENGTH = 64;
/** A bearer or resume token. */
export const MAX_TOKEN_LENGTH = 8 * 1024;
/** The text of an error is cut here. */
export const MAX_ERROR_MESSAGE_LENGTH = 200;
/** Nesting of `data` and `state`: deeper values parse, but overflow the stack of whoever prints them. */
export const MAX_DATA_DEPTH = 32;
/** Keys of any one object inside `data` or `state`. */
export const MAX_DATA_KEYS = 256;

/** Newest events sent with `joined` and by the history endpoint when the client does not say how many. */
export const DEFAULT_HISTORY_EVENTS = 50;
/** A page of events ends at this many … */
export const MAX_PAGE_EVENTS = 300;
/** … or at this size, but holds at least one event. */
export const MAX_PAGE_BYTES = 256 * 1024;
/** A room with more members is crowded: presence then tells its count only, and `joined` lists nobody but oneself. */
export const MAX_LISTED_MEMBERS = 250;
/** More than this queued towards one reader closes it with 4413. */
export const MAX_QUEUED_BYTES = 1024 * 1024;

/** From the opening of a socket to its hello; later it is closed with 4408. */
export const HELLO_TIMEOUT_MS = 10_000;
/** Without a sign of life for so long, a server pings. */
export const HEARTBEAT_MS = 25_000;
/** A WebSocket pong must come within this, else the socket is dead. */
export const PONG_TIMEOUT_MS = 8_000;
/** Before a token expires its bearer is told. */
export const EXPIRY_WARNING_MS = 30_000;
/** A closed socket whose peer never answers is cut after this. */
export const CLOSE_TIMEOUT_MS = 2_000;
/** How long a session stays a member of its rooms when its socket vanished. */
export const PRESENCE_GRACE_MS = 15_000;
/** How long a session can be resumed after its socket ended. */
export const RESUME_WINDOW_MS = 120_000;
/** How long a client repeats an unacknowledged publish before it reports it as unknown. */
export const PUBLISH_HORIZON_MS = 120_000;
/** A repetition that is older than this may have been forgotten: an hour less than the 24 for which every log remembers. */
export const MAX_ID_AGE_MS = 23 * 60 * 60 * 1000;
/** This many frames that hold no JSON object, within BAD_FRAME_WINDOW_MS, close the socket with 4400. */
export const MAX_BAD_FRAMES = 10;
export const BAD_FRAME_WINDOW_MS = 60_000;
