/** Owns the token that this tab shows to the server: as long as the tab is, and as long as the server takes it. */

const TOKEN_KEY = "roomcast.token";

/** What `connect` is given of it. */
export function tokenOfTab(): { readonly token?: string } {
  try {
    const token = sessionStorage.getItem(TOKEN_KEY);
    return token === null ? {} : { token };
  } catch {
    return {};
  }
}

export function keepToken(token: string | undefined): void {
  try {
    if (token === undefined) sessionStorage.removeItem(TOKEN_KEY);
    else sessionStorage.setItem(TOKEN_KEY, token);
  } catch {
    // A browser that forbids storage asks again after a reload.
  }
}
