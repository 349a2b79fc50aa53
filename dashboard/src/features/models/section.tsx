import { type ReactNode, useId } from "react";

/** A part of a model's page: its name, a few words beside it, and what it is of. */
export function Section(props: { title: string; beside?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="border-t px-4 py-3">
      <header className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-1">
        <h3 id={id} className="font-medium">
          {props.title}
        </h3>
        {props.beside === undefined ? null : (
          <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1 text-xs text-dim">
            {props.beside}
          </div>
        )}
      </header>
      {props.children}
    </section>
  );
}
