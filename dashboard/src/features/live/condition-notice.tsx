import { Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { AgeText, SpanText, UntilText } from "../../clock/age-text.tsx";
import type { Camera } from "../../connection/api.ts";
import { StatusMark } from "../../ui/status-mark.tsx";
import type { CameraCondition } from "./camera-condition.ts";

interface ConditionNoticeProps {
  camera: Camera;
  condition: CameraCondition;
  shownAt: number | null;
}

function Detail({ camera, condition, shownAt }: ConditionNoticeProps) {
  switch (condition.kind) {
    case "down":
      return (
        <>
          <p className="line-clamp-3 text-ink">
            {camera.fault?.message ?? "The node gives no reason."}
          </p>
          <p className="text-dim">
            {camera.nextAttemptAt === null ? null : (
              <>
                Next attempt <UntilText at={camera.nextAttemptAt} />
              </>
            )}
            {camera.nextAttemptAt === null || camera.since === null ? null : " · "}
            {camera.since === null ? null : (
              <>
                down for <SpanText at={camera.since} />
              </>
            )}
          </p>
        </>
      );
    case "node-offline":
      return (
        <p className="text-dim">
          Its node <span className="text-ink">{camera.nodeId}</span> cannot be reached. Events are
          kept there and come when it is back.
        </p>
      );
    case "stale":
      return (
        <p className="text-dim">
          No new picture.{" "}
          {shownAt === null ? null : (
            <>
              This one is from <AgeText at={shownAt} />.
            </>
          )}
        </p>
      );
    case "unknown":
      return <p className="text-dim">The node has not told of this camera yet.</p>;
    case "connecting":
      return (
        <p className="text-dim">{camera.fault?.message ?? "The node is opening its stream."}</p>
      );
    case "waiting":
      return <p className="text-dim">The node has been asked for pictures.</p>;
    case "live":
      return null;
  }
}

/** Why a camera has no picture of now, over its place. Nothing while it is live. */
export function ConditionNotice(props: ConditionNoticeProps) {
  const { condition, camera, shownAt } = props;
  if (condition.kind === "live") return null;
  const code = condition.kind === "down" ? camera.fault?.code : undefined;
  return (
    <div
      className={clsx(
        "pointer-events-none absolute flex flex-col gap-0.5 p-3 text-xs scheme-dark",
        shownAt === null
          ? "inset-0 items-center justify-center text-center"
          : "inset-x-0 bottom-0 border-t bg-letterbox/85",
      )}
    >
      <p className="flex flex-wrap items-center gap-x-1.5 text-sm font-medium text-ink">
        <StatusMark tone={condition.tone} />
        {condition.word}
        {code === undefined ? null : (
          <span className="text-2xs font-normal tracking-wide text-dim">{code}</span>
        )}
      </p>
      <Detail {...props} />
    </div>
  );
}

/** The way from a camera's trouble to its node's page. */
export function NodeLink({ nodeId }: { nodeId: string }) {
  return (
    <Link to="/nodes" search={{ node: nodeId }} className="underline-offset-2 hover:underline">
      {nodeId}
    </Link>
  );
}
