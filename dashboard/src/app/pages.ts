import {
  Boxes,
  Cctv,
  CircleHelp,
  Dumbbell,
  Layers,
  type LucideIcon,
  MapPin,
  Radar,
  Rocket,
  Server,
  Settings,
  Video,
} from "lucide-react";

/** The pages of the rail, in its order. */
export const PAGES = [
  { to: "/live", name: "Live", icon: Cctv },
  { to: "/events", name: "Events", icon: Radar },
  { to: "/triage", name: "Triage", icon: CircleHelp },
  { to: "/map", name: "Map", icon: MapPin },
  { to: "/cameras", name: "Cameras", icon: Video },
  { to: "/nodes", name: "Nodes", icon: Server },
  { to: "/datasets", name: "Datasets", icon: Layers },
  { to: "/training", name: "Training", icon: Dumbbell },
  { to: "/models", name: "Models", icon: Boxes },
  { to: "/rollouts", name: "Rollouts", icon: Rocket },
  { to: "/settings", name: "Settings", icon: Settings },
] as const satisfies readonly { to: string; name: string; icon: LucideIcon }[];
