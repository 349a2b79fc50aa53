import { Outlet } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTRPCClient } from "../../connection/api.ts";
import { PreviewHub, PreviewHubContext } from "./preview-hub.ts";

/** What the grid and the view of one camera share: the pictures. */
export function LiveLayout() {
  const client = useTRPCClient();
  const [hub] = useState(() => new PreviewHub(client));
  useEffect(() => {
    hub.start();
    return () => hub.stop();
  }, [hub]);
  return (
    <PreviewHubContext value={hub}>
      <Outlet />
    </PreviewHubContext>
  );
}
