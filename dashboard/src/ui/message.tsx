import type { ReactNode } from "react";

interface MessageProps {
  icon: ReactNode;
  title: string;
  children: ReactNode;
  action?: ReactNode;
  role?: "alert" | "status";
}

/** Stands where content would be: why there is none, and what helps. */
export function Message({ icon, title, children, action, role }: MessageProps) {
  return (
    <div role={role} className="flex h-full min-h-48 items-center justify-center p-6">
      <div className="flex max-w-sm flex-col items-center text-center">
        <div className="mb-3 flex size-9 items-center justify-center rounded-md border bg-panel text-dim [&_svg]:size-[18px]">
          {icon}
        </div>
        <h2 className="text-base font-medium">{title}</h2>
        <div className="mt-1 text-dim">{children}</div>
        {action === undefined ? null : <div className="mt-4 flex gap-2">{action}</div>}
      </div>
    </div>
  );
}
