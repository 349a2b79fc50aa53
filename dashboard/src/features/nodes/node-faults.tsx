import type { Camera, FleetNode } from "../../connection/api.ts";
import { plural } from "../../format/amount.ts";
import { formatAbsolute } from "../../format/moment.ts";
import { StatusMark, type StatusTone } from "../../ui/status-mark.tsx";
import { gapLoss } from "./gap-loss.ts";

interface Notice {
  key: string;
  tone: StatusTone;
  title: string;
  code?: string;
  words: string;
}

/** Everything at a node that a person should know of, the worst first. */
export function noticesOf(node: FleetNode, cameras: readonly Camera[]): Notice[] {
  const notices: Notice[] = [];
  if (!node.online)
    notices.push({
      key: "offline",
      tone: "down",
      title: "The node is offline",
      words: "While it runs it goes on watching and keeps its events; they come when it is back.",
    });
  if (node.model?.fault)
    notices.push({
      key: "model",
      tone: "stale",
      title: "A model was refused",
      code: node.model.fault.code,
      words: node.model.fault.message,
    });
  for (const camera of node.online ? cameras : []) {
    if (camera.state !== "down") continue;
    notices.push({
      key: camera.cameraId,
      tone: "down",
      title: `${camera.name} is down`,
      ...(camera.fault === null ? {} : { code: camera.fault.code }),
      words: camera.fault?.message ?? "The node gives no reason.",
    });
  }
  if (node.declaredGaps > 0)
    notices.push({
      key: "gaps",
      tone: "stale",
      title: plural(node.declaredGaps, "declared gap"),
      words: gapWords(node),
    });
  return notices;
}

const GAP_REASONS = {
  "disk-budget": "its disk budget was reached",
  "disk-error": "its disk took no more",
  "cloud-behind": "the cloud no longer had what it had confirmed",
} as const;

/** What the newest declared gap stands for, and that nothing else is missing. */
function gapWords({ latestGap }: FleetNode): string {
  if (latestGap === null) return "The node lost something and said so. Nothing else is missing.";
  const { seq, throughSeq, reason, createdAt } = latestGap;
  const place = seq === throughSeq ? `seq ${seq}` : `seq ${seq} to ${throughSeq}`;
  return `Latest, ${formatAbsolute(createdAt)}: ${gapLoss(latestGap)} (${place}), because ${GAP_REASONS[reason]}. Nothing else is missing.`;
}

/** The notices of a node; nothing where all is well. */
export function NodeFaults({ notices }: { notices: readonly Notice[] }) {
  if (notices.length === 0) return null;
  return (
    <ul aria-label="Faults" className="border-t">
      {notices.map(({ key, tone, title, code, words }) => (
        <li key={key} className="flex gap-2.5 border-b px-4 py-2 last:border-b-0">
          <span className="flex h-5 items-center">
            <StatusMark tone={tone} />
          </span>
          <p>
            <span className="font-medium">{title}</span>
            {code === undefined ? null : (
              <span className="ml-2 text-2xs tracking-wide text-dim">{code}</span>
            )}
            <span className="block text-dim">{words}</span>
          </p>
        </li>
      ))}
    </ul>
  );
}
