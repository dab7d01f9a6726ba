/** Owns the icon of the tab: with a dot while something is unread. */
export function showUnread(isUnread: boolean): void {
  const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
  const wanted = isUnread ? "/favicon-unread.svg" : "/favicon.svg";
  if (icon !== null && icon.getAttribute("href") !== wanted) icon.href = wanted;
}
