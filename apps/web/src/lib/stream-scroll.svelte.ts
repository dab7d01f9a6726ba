/** Owns whether a reader follows the end of a stream: who is there stays there, whatever is added or grows. */

const END_PX = 48;
const START_PX = 1_200;
/** A scroll that was under way shows in the second frame at the latest. */
const CALM_FRAMES = 2;

export class StreamScroll {
  #isAtEnd = $state(true);
  #isNearStart = $state(false);
  #turn = $state(0);
  #scroller: HTMLElement | undefined;
  /** Where it was when last looked at, or set. */
  #top = 0;
  /** So many frames more nothing leads away from the end. */
  #held = 0;

  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /** It is time to load what comes before. */
  get isNearStart(): boolean {
    return this.#isNearStart;
  }

  /** Another one each time that somebody wants to be at the end: what was to be looked at before is not any more. */
  get turn(): number {
    return this.#turn;
  }

  readonly attach = (scroller: HTMLElement): (() => void) => {
    this.#scroller = scroller;
    const measure = (): void => this.#measure();
    const sizes = new ResizeObserver(() => {
      this.settle();
      this.#measure();
    });
    sizes.observe(scroller);
    for (const child of scroller.children) sizes.observe(child);
    // Before the list, which changes what it draws: after that, to ask for heights is to lay all of it out once more.
    scroller.addEventListener("scroll", measure, { passive: true, capture: true });
    this.settle();
    this.#measure();
    return () => {
      sizes.disconnect();
      scroller.removeEventListener("scroll", measure, { capture: true });
      this.#scroller = undefined;
      this.#held = 0;
    };
  };

  toEnd(): void {
    this.#turn += 1;
    this.#isAtEnd = true;
    this.settle();
    this.#hold();
  }

  /** Call it after the stream has changed: sizes are told of one frame late where a list in it measures itself. */
  settle(): void {
    const scroller = this.#scroller;
    if (scroller === undefined || !this.#isAtEnd) return;
    if (this.#held > 0 && scroller.scrollTop < this.#top) this.#hold();
    scroller.scrollTop = scroller.scrollHeight;
    this.#top = scroller.scrollTop;
  }

  /** Something else is to be looked at: what comes moves nothing. */
  letGo(): void {
    this.#isAtEnd = false;
    this.#held = 0;
  }

  /** What was flung, or wheeled, before the end was asked for moves on after it, frame by frame, until it is calm. */
  #hold(): void {
    if (this.#held === 0) requestAnimationFrame(this.#pass);
    this.#held = CALM_FRAMES;
  }

  readonly #pass = (): void => {
    if (this.#held === 0) return;
    this.#held -= 1;
    if (this.#held > 0) requestAnimationFrame(this.#pass);
  };

  #measure(): void {
    const scroller = this.#scroller;
    if (scroller === undefined) return;
    const { scrollTop, scrollHeight, clientHeight } = scroller;
    const isNearEnd = scrollHeight - scrollTop - clientHeight < END_PX;
    if (this.#held > 0 && !isNearEnd) {
      this.settle();
      return;
    }
    // Only going up leads away from the end, and neither what is added below nor a window that becomes smaller.
    this.#isAtEnd = isNearEnd || (this.#isAtEnd && scrollTop >= this.#top);
    this.#top = scrollTop;
    this.#isNearStart = scrollTop < START_PX;
  }
}
