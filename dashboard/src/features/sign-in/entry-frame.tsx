import type { ReactNode } from "react";

/** What stands around the ways in: the mark, a heading, a narrow column. */
export function EntryFrame({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="flex h-dvh flex-col items-center overflow-y-auto px-4 py-[12dvh]">
      <div className="flex w-full max-w-80 flex-col gap-5">
        <div className="flex items-center gap-2">
          <img src="/icon.svg" alt="" className="size-6" />
          <span className="text-lg font-semibold tracking-tight">Sentinel</span>
        </div>
        <h1 className="text-xl font-semibold">{title}</h1>
        {children}
      </div>
    </main>
  );
}
