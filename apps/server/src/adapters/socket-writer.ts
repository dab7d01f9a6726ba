/**
 * Owns writing whole frames to a socket: past Node's stream to the TCP handle below it, as long as the system takes each at once.
 * A stream is five objects of each socket, and in a fan-out the processor waits for the memory of every one. The only file that knows
 * what Node keeps there: where it is not as known, or the system takes no more, the stream writes.
 */
import { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** Where writes end up, by Node's own names. */
interface Handle {
  /** @returns 0, or the system's error as a negative number. */
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number;
}

/** Used up by a write that has to wait, or fails. */
interface WriteRequest {
  oncomplete?: (status: number) => void;
  /** Held until the system has taken them. */
  buffer?: Uint8Array;
}

const below = known();

export class SocketWriter {
  readonly socket: Duplex;
  readonly #handle: Handle | undefined;
  /** What was handed to the handle, and the system has not taken. */
  #handedBytes = 0;
  /** Something may wait there, and behind it in the stream. */
  #waits: boolean;

  constructor(socket: Duplex) {
    this.socket = socket;
    this.#handle = handleOf(socket);
    this.#waits = this.#handle === undefined;
  }

  /** What the system has not taken yet. */
  get waitingBytes(): number {
    return this.#waits ? this.#handedBytes + this.socket.writableLength : 0;
  }

  /** In the order of the calls. What others write to the stream is to be whole frames too, which may be overtaken. */
  write(bytes: Uint8Array): void {
    if (below === undefined || this.#handle === undefined || this.waitingBytes > 0) {
      this.socket.write(bytes);
      return;
    }
    this.#waits = false;
    const outcome = below.hand(this.#handle, bytes);
    if (outcome === "failed") this.socket.destroy();
    else if (outcome !== "taken") this.#wait(outcome, bytes);
  }

  #wait(request: WriteRequest, bytes: Uint8Array): void {
    this.#waits = true;
    this.#handedBytes = bytes.length;
    request.buffer = bytes;
    request.oncomplete = (status) => {
      this.#handedBytes = 0;
      if (status !== 0) this.socket.destroy();
    };
  }
}

function handleOf(socket: Duplex): Handle | undefined {
  if (!(socket instanceof Socket)) return undefined;
  const { _handle: handle } = socket as { _handle?: unknown };
  return below?.isHandle(handle) === true ? handle : undefined;
}

type Constructor = new () => object;

interface Below {
  isHandle(value: unknown): value is Handle;
  /** @returns what is told when the system has taken them, where they have to wait. */
  hand(handle: Handle, bytes: Uint8Array): "taken" | "failed" | WriteRequest;
}

/** undefined where Node does not show it, or shows something else. */
function known(): Below | undefined {
  try {
    const { binding } = process as unknown as { binding: (name: string) => Record<string, unknown> };
    const { TCP } = binding("tcp_wrap");
    const { WriteWrap, streamBaseState: state, kLastWriteWasAsync: at } = binding("stream_wrap");
    if (!isConstructor(TCP) || !isConstructor(WriteWrap)) return undefined;
    if (!(state instanceof Int32Array) || typeof at !== "number" || !(at in state)) return undefined;
    /** For the next write, of whatever socket. */
    let next: WriteRequest = new WriteWrap();
    return {
      isHandle: (value): value is Handle => value instanceof TCP && "writeBuffer" in value,
      hand: (handle, bytes) => {
        const request = next;
        const failed = handle.writeBuffer(request, bytes) !== 0;
        if (!failed && state[at] === 0) return "taken";
        next = new WriteWrap();
        return failed ? "failed" : request;
      },
    };
  } catch {
    return undefined;
  }
}

function isConstructor(value: unknown): value is Constructor {
  return typeof value === "function";
}
