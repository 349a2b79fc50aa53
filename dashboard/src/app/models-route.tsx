import { useSearch } from "@tanstack/react-router";
import { ModelsPage } from "../features/models/models-page.tsx";

/** `/models`, at one model where the address names it, or at one evaluation of it. */
export function ModelsRoute() {
  const { model, evaluation } = useSearch({ from: "/models" });
  return <ModelsPage model={model} evaluation={evaluation} />;
}
