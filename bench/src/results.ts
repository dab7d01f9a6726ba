/** Owns all that was measured: figures by scenario, peer and repeat. */
import type { FigureName, Figures } from "./figures.ts";
import { ratioSpread, type Spread, spread } from "./statistics.ts";

export interface Entry {
  readonly scenario: string;
  readonly peer: string;
  readonly repeat: number;
  /** Of the machine, when the run began. */
  readonly load: number;
  readonly figures: Figures;
  /** Why there are no figures. */
  readonly failure?: string;
}

export class Results {
  readonly #entries: Entry[] = [];

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
  }

  measured(scenario: string, peer: string): boolean {
    return this.#entries.some(
      (entry) => entry.scenario === scenario && entry.peer === peer && entry.failure === undefined,
    );
  }

  spread(scenario: string, peer: string, figure: FigureName): Spread | undefined {
    return spread(this.#values(scenario, peer, figure).filter((value) => value !== undefined));
  }

  /** Of two peers in one scenario, or of two scenarios of one peer: pairs within each repeat. */
  ratio(ours: Key, theirs: Key, figure: FigureName): Spread | undefined {
    return ratioSpread(this.#values(...ours, figure), this.#values(...theirs, figure));
  }

  /** What came to no figures. */
  get failures(): readonly Entry[] {
    return this.#entries.filter(({ failure }) => failure !== undefined);
  }

  /** What was lost, doubled or out of order, anywhere. */
  get faults(): readonly Entry[] {
    return this.#entries.filter(({ figures }) => (figures.lost ?? 0) + (figures.disordered ?? 0) > 0);
  }

  /** By repeat. */
  #values(scenario: string, peer: string, figure: FigureName): (number | undefined)[] {
    const values: (number | undefined)[] = [];
    for (const entry of this.#entries)
      if (entry.scenario === scenario && entry.peer === peer) values[entry.repeat] = entry.figures[figure];
    return Array.from(values);
  }
}

type Key = readonly [scenario: string, peer: string];
