import { useSearch } from "@tanstack/react-router";
import { NodesPage } from "../features/nodes/nodes-page.tsx";

/** `/nodes`, at one node where the address names it. */
export function NodesRoute() {
  const { node } = useSearch({ from: "/nodes" });
  return <NodesPage node={node} />;
}
