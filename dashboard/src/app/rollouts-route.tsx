import { useSearch } from "@tanstack/react-router";
import { RolloutsPage } from "../features/rollouts/rollouts-page.tsx";

/** `/rollouts`, at one rollout where the address names it. */
export function RolloutsRoute() {
  const { rollout } = useSearch({ from: "/rollouts" });
  return <RolloutsPage rollout={rollout} />;
}
