/** Owns what each member has got of each publisher: everything once and in order, or counted as lost or disordered. */
export class Ledger {
  readonly #publishers: number;
  /** The last sequence number, by member and publisher. */
  readonly #last: Uint32Array;
  #lost = 0;
  #disordered = 0;

  constructor(members: number, publishers: number) {
    this.#publishers = publishers;
    this.#last = new Uint32Array(members * publishers);
  }

  /** Sequence numbers that were jumped over. */
  get lost(): number {
    return this.#lost;
  }

  /** Got again, or after a later one. */
  get disordered(): number {
    return this.#disordered;
  }

  /** @param publisher counted within what this member can hear, from 0. */
  note(member: number, publisher: number, sequence: number): void {
    const index = member * this.#publishers + publisher;
    const expected = (this.#last[index] ?? 0) + 1;
    if (sequence < expected) this.#disordered += 1;
    else {
      this.#lost += sequence - expected;
      this.#last[index] = sequence;
    }
  }

  /** What was sent and has reached this member by now would have been the last: the rest is lost. */
  close(member: number, publisher: number, sent: number): void {
    this.#lost += sent - (this.#last[member * this.#publishers + publisher] ?? 0);
  }
}
