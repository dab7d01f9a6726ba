/** Owns the height that is really in view: iOS lays its keyboard over the page and tells only the visual viewport. */
export function followViewport(): void {
  const { visualViewport } = window;
  if (visualViewport === null) return;
  const follow = (): void => {
    // Zoomed in, the visual viewport is a part of the page and no measure for it.
    if (visualViewport.scale !== 1) return;
    document.documentElement.style.setProperty("--viewport-height", `${visualViewport.height}px`);
    scrollTo(0, 0);
  };
  visualViewport.addEventListener("resize", follow);
}
