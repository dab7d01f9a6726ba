/**
 * Owns where the frames of a peer begin and end, read from their headers alone. ws tells of a message once it is
 * complete; this tells of one that is not yet, so that it can be bounded in size and time. Judges nothing else:
 * what is against RFC 6455 is for ws to refuse.
 */
const HEADER_BYTES = 2;
const MASK_BYTES = 4;
const CONTROL_OPCODES = 0x08;

export class FrameScanner {
  /** Messages that were complete so far. */
  completed = 0;
  /** Payload that the message under way has announced. */
  announcedBytes = 0;
  /** Of the header of the frame under way; 0 between two frames. */
  #headerSeen = 0;
  #headerBytes = HEADER_BYTES;
  #first = 0;
  #masked = false;
  #length = 0;
  /** Mask and payload of the frame under way that have not come yet. */
  #left = 0;
  #fragmented = false;

  /** A frame or a fragmented message has begun and is not complete. */
  get underWay(): boolean {
    return this.#fragmented || this.#headerSeen > 0;
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#headerSeen === this.#headerBytes) {
        const taken = Math.min(this.#left, chunk.length - at);
        this.#left -= taken;
        at += taken;
      } else {
        this.#header(chunk[at] ?? 0);
        at += 1;
      }
      if (this.#headerSeen === this.#headerBytes && this.#left === 0) this.#endFrame();
    }
  }

  #header(byte: number): void {
    this.#headerSeen += 1;
    if (this.#headerSeen === 1) this.#first = byte;
    else if (this.#headerSeen === HEADER_BYTES) {
      this.#masked = (byte & 0x80) !== 0;
      const length = byte & 0x7f;
      this.#headerBytes = HEADER_BYTES + (length === 126 ? 2 : length === 127 ? 8 : 0);
      this.#length = this.#headerBytes === HEADER_BYTES ? length : 0;
    } else this.#length = this.#length * 256 + byte;
    if (this.#headerSeen < this.#headerBytes) return;
    this.#left = this.#length + (this.#masked ? MASK_BYTES : 0);
    if (!this.#isControl) this.announcedBytes += this.#length;
  }

  #endFrame(): void {
    this.#headerSeen = 0;
    this.#headerBytes = HEADER_BYTES;
    if (this.#isControl) return;
    this.#fragmented = (this.#first & 0x80) === 0;
    if (this.#fragmented) return;
    this.announcedBytes = 0;
    this.completed += 1;
  }

  get #isControl(): boolean {
    return (this.#first & 0x0f) >= CONTROL_OPCODES;
  }
}
