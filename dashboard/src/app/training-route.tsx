import { useSearch } from "@tanstack/react-router";
import { TrainingPage } from "../features/training/training-page.tsx";

/** `/training`, at one job where the address names it. */
export function TrainingRoute() {
  const { job } = useSearch({ from: "/training" });
  return <TrainingPage job={job} />;
}
