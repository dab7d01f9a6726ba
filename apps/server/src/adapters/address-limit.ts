/** Owns how many sockets one address has, over all transports. */
export class AddressLimit {
  readonly #limit: number;
  readonly #counts = new Map<string, number>();

  /** @param limit 0: none. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  full(address: string): boolean {
    return this.#limit > 0 && (this.#counts.get(address) ?? 0) >= this.#limit;
  }

  add(address: string): void {
    this.#counts.set(address, (this.#counts.get(address) ?? 0) + 1);
  }

  remove(address: string): void {
    const left = (this.#counts.get(address) ?? 0) - 1;
    if (left > 0) this.#counts.set(address, left);
    else this.#counts.delete(address);
  }
}
