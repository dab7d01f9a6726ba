/** Owns where a reader is in a stream that grows at both ends: at the end they stay there, anywhere else nothing moves. */

const END_PX = 48;
const START_PX = 600;

export class StreamScroll {
  #isAtEnd = $state(true);
  #isNearStart = $state(false);
  #scroller: HTMLElement | undefined;
  /** What the reader looks at, and how far below the upper edge it is. */
  #held: { readonly element: Element; readonly top: number } | undefined;
  readonly #itemSelector: string;

  /** @param itemSelector what can be held on to: elements of the stream, in its order. */
  constructor(itemSelector: string) {
    this.#itemSelector = itemSelector;
  }

  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /** It is time to load what comes before. */
  get isNearStart(): boolean {
    return this.#isNearStart;
  }

  readonly attach = (scroller: HTMLElement): (() => void) => {
    this.#scroller = scroller;
    const measure = (): void => this.#measure();
    const sizes = new ResizeObserver(() => this.settle());
    sizes.observe(scroller);
    for (const child of scroller.children) sizes.observe(child);
    scroller.addEventListener("scroll", measure, { passive: true });
    this.settle();
    return () => {
      sizes.disconnect();
      scroller.removeEventListener("scroll", measure);
      this.#scroller = undefined;
    };
  };

  /** Call it before the stream changes. */
  hold(): void {
    const element = this.#isAtEnd ? undefined : this.#firstInView();
    this.#held = element && { element, top: element.getBoundingClientRect().top };
  }

  /** Call it after. */
  settle(): void {
    const scroller = this.#scroller;
    if (scroller === undefined) return;
    if (this.#isAtEnd) scroller.scrollTop = scroller.scrollHeight;
    else if (this.#held?.element.isConnected === true) {
      scroller.scrollTop += this.#held.element.getBoundingClientRect().top - this.#held.top;
    }
    this.#held = undefined;
    this.#measure();
  }

  toEnd(): void {
    this.#isAtEnd = true;
    this.settle();
  }

  #measure(): void {
    const scroller = this.#scroller;
    if (scroller === undefined) return;
    const { scrollTop, scrollHeight, clientHeight } = scroller;
    this.#isAtEnd = scrollHeight - scrollTop - clientHeight < END_PX;
    this.#isNearStart = scrollTop < START_PX;
  }

  #firstInView(): Element | undefined {
    const scroller = this.#scroller;
    if (scroller === undefined) return undefined;
    const edge = scroller.getBoundingClientRect().top;
    const items = scroller.querySelectorAll(this.#itemSelector);
    let from = 0;
    let to = items.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((items[middle]?.getBoundingClientRect().bottom ?? 0) <= edge) from = middle + 1;
      else to = middle;
    }
    return items[from];
  }
}
