/**
 * Owns what a measured message carries in its text: "@@", the publisher (5 digits), its sequence number (8) and when it
 * was sent, in µs of the load process's own clock (13), then padding. Found in the bytes, whatever a server wraps around it.
 */
const PUBLISHER_AT = 2;
const SEQUENCE_AT = 7;
const SENT_AT = 15;
const LENGTH = 28;
const SIGN = 0x40;
const ZERO = 0x30;

export interface Marker {
  readonly publisher: number;
  readonly sequence: number;
  readonly sentUs: number;
}

export function markedText({ publisher, sequence, sentUs }: Marker, length: number): string {
  const digits = (value: number, count: number): string => String(value).padStart(count, "0");
  const text = `@@${digits(publisher, SEQUENCE_AT - PUBLISHER_AT)}${digits(sequence, SENT_AT - SEQUENCE_AT)}`;
  return (text + digits(sentUs, LENGTH - SENT_AT)).padEnd(length, "x");
}

/** Where the marker stands in `bytes` from `start` to `end`, or -1. */
export function findMarker(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at + LENGTH <= end; at += 1) {
    at = bytes.indexOf(SIGN, at);
    if (at === -1 || at + LENGTH > end) return -1;
    if (bytes[at + 1] === SIGN) return at;
  }
  return -1;
}

/** @param at where `findMarker` found it. */
export const readMarker = (bytes: Uint8Array, at: number): Marker => ({
  publisher: number(bytes, at + PUBLISHER_AT, at + SEQUENCE_AT),
  sequence: number(bytes, at + SEQUENCE_AT, at + SENT_AT),
  sentUs: number(bytes, at + SENT_AT, at + LENGTH),
});

/** Of a text that a client library has taken out of its frame. undefined when it has none. */
export function markerOf(text: string): Marker | undefined {
  if (!text.startsWith("@@")) return undefined;
  const digits = (start: number, end: number): number => Number(text.slice(start, end));
  return {
    publisher: digits(PUBLISHER_AT, SEQUENCE_AT),
    sequence: digits(SEQUENCE_AT, SENT_AT),
    sentUs: digits(SENT_AT, LENGTH),
  };
}

function number(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at += 1) value = value * 10 + (bytes[at] ?? ZERO) - ZERO;
  return value;
}
