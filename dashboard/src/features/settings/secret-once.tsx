import { X } from "lucide-react";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";

interface SecretOnceProps {
  /** What it is: "Token", "Link". */
  what: string;
  secret: string;
  /** What to do with it, and how long it holds. */
  hint: string;
  onClose: () => void;
}

/** A secret that is shown this once. */
export function SecretOnce({ what, secret, hint, onClose }: SecretOnceProps) {
  return (
    <div role="status" className="flex flex-col gap-1 border-b bg-selected px-4 py-3">
      <div className="flex items-center gap-2">
        <code className="min-w-0 break-all" data-secret="">
          {secret}
        </code>
        <CopyButton text={secret} what={what} />
        <Button
          variant="ghost"
          size="icon"
          aria-label="Close"
          className="ml-auto"
          onClick={onClose}
        >
          <X aria-hidden="true" />
        </Button>
      </div>
      <p className="text-xs text-dim">It is shown this once. {hint}</p>
    </div>
  );
}
