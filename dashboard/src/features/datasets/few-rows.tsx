import { useState } from "react";
import { Button } from "../../ui/button.tsx";

/** More rows than this are shown when one asks for them. */
const FEW = 12;

/** The first rows of many, and a button for the others; it counts them as `what`. */
export function useFewRows<Row>(rows: readonly Row[], what: string) {
  const [all, setAll] = useState(false);
  const hidden = all ? 0 : Math.max(0, rows.length - FEW);
  const button =
    rows.length <= FEW ? null : (
      <Button variant="ghost" className="mt-1" onClick={() => setAll(!all)}>
        {all ? "Show fewer" : `Show all ${rows.length} ${what}`}
      </Button>
    );
  return { shown: hidden === 0 ? rows : rows.slice(0, FEW), button };
}
