/** Owns the version of the wire protocol. One line of history per version; PROTOCOL.md is the normative text. */

/** 1 (2026-11): hello, join, publish with offsets and epochs, presence, history, gaps; the age of late repetitions; what was imposed. */
export const PROTOCOL_VERSION = 1;

/** The oldest version that a server of this release still speaks. */
export const MIN_SUPPORTED_VERSION = 1;

/** The WebSocket subprotocol that names this protocol in the handshake. */
export const SUBPROTOCOL = "roomcast.v1";
