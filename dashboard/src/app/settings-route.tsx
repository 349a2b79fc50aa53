import { useSearch } from "@tanstack/react-router";
import { SettingsPage } from "../features/settings/settings-page.tsx";

/** `/settings`, at the part that the address names. */
export function SettingsRoute() {
  const { section = "account" } = useSearch({ from: "/settings" });
  return <SettingsPage section={section} />;
}
