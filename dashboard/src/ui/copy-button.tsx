import { Copy } from "lucide-react";
import { toast } from "sonner";

/** Copies a text that is too long to type, and says so. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      toast(`${what} copied`);
    } catch {
      toast.error("The browser did not allow copying", { description: text });
    }
  };
  return (
    <button
      type="button"
      aria-label={`Copy ${what.toLowerCase()}`}
      onClick={() => void copy()}
      className="inline-flex size-6 items-center justify-center rounded-sm text-faint hover:bg-hover hover:text-ink"
    >
      <Copy className="size-3.5" />
    </button>
  );
}
