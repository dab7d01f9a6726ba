/** Owns what the browser remembers for this app. A browser that forbids storage forgets, and nothing breaks. */

const PREFIX = "roomcast.";

export function recall(key: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + key) ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember(key: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, value);
  } catch {
    // Full or forbidden: it is forgotten on reload, which is all that is lost.
  }
}
