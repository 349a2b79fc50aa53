import { Cctv, type LucideIcon, Radar, Server } from "lucide-react";

/** The pages of the rail, in its order. */
export const PAGES = [
  { to: "/live", name: "Live", icon: Cctv },
  { to: "/events", name: "Events", icon: Radar },
  { to: "/nodes", name: "Nodes", icon: Server },
] as const satisfies readonly { to: string; name: string; icon: LucideIcon }[];
