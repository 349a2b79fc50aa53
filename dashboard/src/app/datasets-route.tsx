import { useSearch } from "@tanstack/react-router";
import { DatasetsPage } from "../features/datasets/datasets-page.tsx";

/** `/datasets`, at one version where the address names it, or at two to compare. */
export function DatasetsRoute() {
  const { dataset, compare } = useSearch({ from: "/datasets" });
  return <DatasetsPage dataset={dataset} compare={compare} />;
}
