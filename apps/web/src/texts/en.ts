/** Owns every English word that the app says. Another language is a file of the same shape beside this one. */
import type { Failure, Reason, RoomGap, Transport } from "@roomcast/client";
import type { Imposed, LeftReason } from "@roomcast/protocol";

import { counting } from "./counting.ts";

const { number, count } = counting("en");

/** “Ada”, “Ada and Bo”, “Ada, Bo and Cy”. */
const list = (names: readonly string[]): string => new Intl.ListFormat("en-GB").format(names);

export const en = {
  list,
  others: (n: number) => count(n, "other"),
  number,

  actions: {
    cancel: "Cancel",
    close: "Close",
    home: "Roomcast, start page",
    startPage: "Start page",
    tryAgain: "Try again",
  },

  welcome: {
    title: (room: string) => `Enter ${room}`,
    lead: "Whoever opens this room’s address is in it with you, live.",
    yourName: "Your name",
    nameHint: "Shown beside what you write. Remembered in this browser.",
    nameMissing: "Others need something to call you.",
    enter: (room: string) => `Enter ${room}`,
  },

  wrong: {
    title: "No such room",
    nothing: "There is nothing here",
    noName: "That is no name for a room",
    where: "Rooms are at /r/ and their name.",
    nothingElse: "A room’s address holds its name and nothing else.",
    needsName: "A room needs a name.",
    needsLetter: "A room’s name needs a letter or a digit.",
    noSpaces: "A room’s name has no spaces.",
    stranger: (sign: string) => `A room’s name cannot hold “${sign}”: letters a–z, digits, and . _ : - only.`,
    tooLong: (most: number) => `A room’s name has at most ${most} characters.`,
    enter: (room: string) => `Enter ${room}`,
  },

  closed: {
    refused: "You cannot enter this room",
    left: "You are no longer in this room",
    forbidden: "It is not open to you. Ask whoever gave you its address.",
    why: {
      kicked: "You were removed from it.",
      banned: "You were banned from it.",
      forbidden: "You may not be in it any more.",
      expired: "You may not be in it any more.",
      left: "You left it.",
      closed: "You left it.",
      timeout: "You left it.",
    } satisfies Record<LeftReason, string>,
    because: (words: string) => `The reason given: ${words}`,
    until: (time: string) => `You may come back after ${time}.`,
    again: (room: string) => `Enter ${room} again`,
  },

  connection: {
    label: "Connection",
    open: "Connected",
    connecting: "Connecting…",
    checking: "Checking…",
    reconnecting: "Reconnecting…",
    closed: "Disconnected",
    connect: "Connect",
    disconnect: "Disconnect",
    transports: { ws: "WebSocket", sse: "Streaming fallback" } satisfies Record<Transport, string>,
    roundTrip: (ms: number) => `${number(ms)} ms`,
    roundTripHint: "Round trip to the server",
    reconnects: (n: number) => count(n, "reconnect"),
    trouble: "Connection trouble",
    ended: "Nothing arrives here until you are connected again.",
    retryingIn: (seconds: number) => `Reconnecting in ${seconds} s.`,
    retry: "Retry now",
    stop: "Stop trying",
    waiting: (n: number) => `${count(n, "message")} will be sent then.`,
  },

  token: {
    label: "Token",
    enter: "Sign in",
    wanted: "You need to sign in",
    whence: "This server lets nobody in without a token.",
    hint: "From whoever runs this server. Kept until this tab is closed.",
    trial: "To try it out, make one",
    trialHow: "In the folder that the server runs from, with its ROOMCAST_JWT_SECRET:",
    none: "That cannot be a token.",
  },

  reasons: {
    requested: "You disconnected.",
    drain: "The server is restarting.",
    silence: "The server stopped answering.",
    timeout: "The server did not answer.",
    token: "Signing in failed.",
    closed: "The connection was lost.",
    transport: "A faster connection is possible again.",
  } satisfies Record<Reason["cause"], string>,

  closes: {
    1001: "The server went away.",
    1012: "The server is restarting.",
    4401: "Your token has expired.",
    4413: "This tab could not keep up.",
    4429: "Too many connections at once.",
    4501: "The server did not accept who you are.",
    4503: "You are not allowed in.",
    4505: "This page is older than the server. Reload it.",
    4506: "You were removed by an operator.",
    4509: "This session was opened somewhere else.",
  } as Readonly<Record<number, string>>,

  failures: {
    unknown: "No answer came, so it may or may not have arrived.",
    unsent: "The connection was down for too long. Nobody has seen it.",
    discarded: "It was given up.",
    outbox_full: "Too many messages are waiting already.",
    not_connected: "There is no connection now.",
    timeout: "The server did not answer in time.",
    overloaded: "Too much at once. Wait a moment.",
    too_many: "You are in as many rooms as this server allows. Leave one first.",
    too_large: "It is too large.",
    quota: "This server takes no more of it.",
    storage_full: "The server has no space left.",
    storage_unavailable: "The server cannot store anything now.",
    internal: "The server failed.",
    not_joined: "You are not in this room.",
    forbidden: "You may not do that here.",
    unauthorised: "You need to sign in for that.",
    unknown_member: "They are no longer in the room.",
    id_expired: "It is too old to be sent again.",
  } as Partial<Record<Failure["code"], string>>,

  imposed: {
    muted: (until?: string, reason?: string) =>
      `You are muted${until === undefined ? "" : ` until ${until}`}${reason === undefined ? "." : `: ${reason}`}`,
    banned: (until?: string, reason?: string) =>
      `You are banned${until === undefined ? "" : ` until ${until}`}${reason === undefined ? "." : `: ${reason}`}`,
    revoked: (_until?: string, reason?: string) =>
      `You need to sign in again${reason === undefined ? "." : `: ${reason}`}`,
  } as Partial<Record<Imposed["what"], (until?: string, reason?: string) => string>>,

  gaps: {
    trimmed: (missing?: number) =>
      `History was trimmed here${missing === undefined ? "" : `: ${count(missing, "message is", "messages are")} no longer kept`}`,
    recreated: () => "This room began anew here; what was before is gone",
    store_lost_tail: (missing?: number) =>
      `The server lost ${missing === undefined ? "messages" : count(missing, "message")} here`,
    hole: (missing?: number) =>
      `The server lost ${missing === undefined ? "messages" : count(missing, "message")} here`,
    failover: () => "The server was replaced here; messages may be missing",
    forbidden: () => "You may not see what was written here while you were away",
  } satisfies Record<RoomGap["reason"], (missing?: number) => string>,

  activity: {
    joined: (names: string, _n: number) => `${names} joined`,
    returned: (names: string, _n: number) => `${names} left and joined again`,
    removed: (names: string, n: number) => `${names} ${n === 1 ? "was" : "were"} removed`,
    passed: (names: string, _n: number) => `${names} joined and left`,
    lost: (names: string, _n: number) => `${names} left, connection lost`,
    left: (names: string, _n: number) => `${names} left`,
  },

  rooms: {
    label: "Rooms",
    withUnread: (n: number) => `Rooms, ${number(n)} unread`,
    area: "Rooms and you",
    elsewhere: "Others are in",
    unread: (n: number) => `${n > 99 ? "99+" : n} unread`,
    here: (n: number) => `${count(n, "person", "people")} here`,
    leave: (room: string) => `Leave ${room}`,
    open: "Open a room",
    go: "Open",
    openNamed: (room: string) => `Open ${room}`,
    switch: "Switch room",
    switchHint: "Type a room’s name",
    noOther: "You know no other room yet. A name that is new makes one.",
    noneLike: "No room is called that yet. Enter opens it.",
  },

  header: {
    copyLink: "Copy link",
    copied: "Copied",
    onClipboard: "The link is on the clipboard",
    address: "The room’s address",
    search: "Search",
    showWho: (n: number) => `${number(n)} here, show who`,
    here: (n: number) => `${number(n)} here`,
  },

  people: {
    label: "Who is here",
    now: "Here now",
    last: "Last seen here",
    you: "you",
    write: (name: string) => `Write to ${name} privately`,
    more: (n: number) => `And ${number(n)} more: too many for a list.`,
    alone: "Nobody else yet. Copy the link and pass it on.",
    guest: (end: string) => `Guest ${end}`,
  },

  stream: {
    label: (room: string) => `Conversation in ${room}`,
    entering: "Entering the room…",
    loading: "Loading earlier messages…",
    notLoaded: "Earlier messages did not load.",
    notKept: "Earlier messages are no longer kept.",
    begins: (room: string) => `This is where ${room} begins.`,
    outside: "You are not in this room yet",
    outsideLead: "What is said in it shows here once you are connected.",
    empty: "Nobody has said anything yet",
    emptyLead: (room: string) => `What is written in ${room} stays here for whoever comes next.`,
    today: "Today",
    yesterday: "Yesterday",
    away: (n: number) => `${count(n, "message")} while you were disconnected`,
    fresh: (n: number) => count(n, "new message"),
    jump: "Jump to latest",
    below: (n: number) => count(n, "new message"),
    finding: "Looking for that message…",
    notFound: "That message is not in this room, or is no longer kept.",
  },

  message: {
    edited: "edited",
    deleted: "This message was deleted",
    sending: "Sending…",
    waiting: "Waits for the connection",
    failed: "Not sent.",
    failedLabel: "Not delivered",
    retry: "Retry",
    edit: "Edit",
    discard: "Discard",
    more: "Show all",
    less: "Show less",
    react: "React",
    reply: "Reply",
    delete: "Delete",
    reallyDelete: "Really delete",
    copyLink: "Copy link to this message",
    actions: "What to do with this message",
    emoji: (sign: string) => `React with ${sign}`,
    reactedBy: (sign: string, people: number, names: string) => `${sign} ${number(people)}: ${names}`,
    replyTo: (name: string) => `Reply to ${name}`,
    toMissing: "an earlier message",
    notReached: (name: string) => `Did not reach ${name}, whose connection is away.`,
    notEdited: "The change was not kept.",
    onePerson: "one person",
    toOnly: (name: string) => `to ${name} only · not kept`,
    toYouOnly: "to you only · not kept",
    notSent: "It was not sent.",
    you: "You",
  },

  composer: {
    label: "Message",
    send: "Send",
    save: "Save",
    to: (room: string) => `Write in ${room}`,
    toPerson: (name: string) => `Write to ${name}`,
    private: (name: string) => `Only you and ${name} see this. It is not kept.`,
    replying: (name: string) => `Replying to ${name}`,
    editing: "Editing your message",
    everybody: "Write to everybody again",
    noReply: "Do not reply",
    noEdit: "Leave it as it was",
    hint: "Enter sends, Shift+Enter breaks the line",
    skip: "Skip to the text box",
    readOnly: "You may read here, but not write.",
    disconnected: "Nothing can be sent while disconnected",
    left: (n: number) => `${number(n)} left`,
    over: (n: number) => `${count(n, "character")} too many`,
    typing: (names: readonly string[]) => `${list(names)} ${names.length === 1 ? "is" : "are"} typing…`,
    manyTyping: "Several people are typing…",
  },

  search: {
    label: "Search in this room",
    field: "Words to look for",
    start: "Everything that this room still keeps is looked through.",
    searching: (n: number) => `Looking… ${count(n, "message")} so far`,
    none: "Nothing was found.",
    found: (n: number) => count(n, "message found", "messages found"),
    most: (n: number) => `The newest ${number(n)} are shown.`,
    failed: "The search was cut short: the server did not answer.",
  },

  settings: {
    label: "Settings",
    open: (name: string) => `Settings, ${name}`,
    changeName: "Change name",
    nameNote: "You leave under the old name and come back under the new one.",
    colours: "Colours",
    light: "Light",
    dark: "Dark",
    system: "As the system",
    language: "Language",
    alerts: "When somebody writes and you look elsewhere",
    notify: "Show a notification",
    notifyDenied: "This browser does not allow notifications for this page.",
    sound: "Play a sound",
    keys: "Keyboard shortcuts",
    connection: "Connection",
  },

  unloaded: {
    title: "This part did not arrive",
    lead: "The network or the server was away for a moment, or a newer version has taken its place.",
    reload: "Reload the page",
  },

  keys: {
    label: "Keyboard shortcuts",
    switch: "Switch to another room",
    search: "Search in this room",
    help: "Show this list",
    send: "Send",
    break: "Break the line",
    editLast: "Edit your last message",
    escape: "Give up editing, replying or a private message",
    stream: "Go through the messages",
    react: "React to the message",
    reply: "Reply to it",
    edit: "Edit it",
    link: "Copy the link to it",
    delete: "Delete it",
    back: "Back to the text box",
    jump: "Jump to the latest",
    inMessage: "On a message",
    inBox: "In the text box",
    anywhere: "Anywhere",
  },

  /** What is written on the keys. */
  keyboard: { Ctrl: "Ctrl", Shift: "Shift", Enter: "Enter", End: "End", Delete: "Delete" } as Readonly<
    Record<string, string>
  >,
};

export type Texts = typeof en;
