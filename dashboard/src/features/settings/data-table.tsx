import type { ReactNode } from "react";

/** A table of the settings: its columns' names, then rows. */
export function DataTable({
  columns,
  children,
}: {
  columns: readonly string[];
  children: ReactNode;
}) {
  return (
    <table className="w-full text-left">
      <thead className="sticky top-0 bg-canvas">
        <tr className="border-b text-xs text-dim">
          {columns.map((column) => (
            <th
              key={column}
              scope="col"
              className="h-8 px-3 font-medium whitespace-nowrap first:pl-4"
            >
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="[&_td]:px-3 [&_td]:py-2 [&_td:first-child]:pl-4 [&_tr]:border-b">
        {children}
      </tbody>
    </table>
  );
}

/** Stands where rows will be. */
export function RowsToCome({ what }: { what: string }) {
  return (
    <div role="status" aria-label={`Loading ${what}`} className="flex flex-col gap-2 p-4">
      {["a", "b", "c", "d"].map((row) => (
        <div key={row} className="skeleton h-9" />
      ))}
    </div>
  );
}
