import { Toaster } from "sonner";
import { useTheme } from "../ui/theme.ts";

/** Short words that come and go, in the house's look. */
export function Toasts() {
  return (
    <Toaster
      theme={useTheme()}
      position="bottom-right"
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            "flex w-full items-center gap-2 rounded-md border border-line-strong bg-raised px-3 py-2 text-sm text-ink",
          description: "text-dim break-all",
        },
      }}
    />
  );
}
