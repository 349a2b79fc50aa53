// Before the first paint: the person's own choice of theme, where there is one (see src/ui/theme.ts).
try {
  const choice = localStorage.getItem("sentinel.theme");
  if (choice === "dark" || choice === "light") document.documentElement.dataset.theme = choice;
} catch {
  // Storage may be forbidden; the system's theme is used then.
}
