/** Port: randomness. */

export interface Random {
  /** 128 bits that nobody can guess, as 22 characters of A–Z a–z 0–9 _ -. */
  id(): string;
  /** Evenly spread over [0, 1). Need not be unguessable. */
  fraction(): number;
}
