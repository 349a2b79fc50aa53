import { useSearch } from "@tanstack/react-router";
import { RolloutsPage } from "../features/rollouts/rollouts-page.tsx";

/** `/rollouts`, at one rollout where the address names it, or with a model to promote. */
export function RolloutsRoute() {
  const { rollout, promote } = useSearch({ from: "/rollouts" });
  return <RolloutsPage rollout={rollout} promote={promote} />;
}
