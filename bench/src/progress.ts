/** Owns the one line that says how far the bench is; a line for each run where nobody looks on. */
export class Progress {
  readonly #total: number;
  readonly #startedMs = performance.now();
  #done = 0;

  constructor(total: number) {
    this.#total = total;
  }

  begin(what: string): void {
    const elapsedMs = performance.now() - this.#startedMs;
    const leftS =
      this.#done === 0
        ? ""
        : `, ${Math.round(((elapsedMs / this.#done) * (this.#total - this.#done)) / 1_000)} s left`;
    this.#show(`[${this.#done + 1}/${this.#total}] ${what}${leftS}`);
    this.#done += 1;
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  }

  #show(line: string): void {
    process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
  }
}
