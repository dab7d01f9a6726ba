// Sets a chosen theme before the first paint; src/lib/theme.svelte.ts owns it from then on.
try {
  const theme = localStorage.getItem("roomcast.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is off: the system's theme it is.
}
