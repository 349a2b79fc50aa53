import { Link } from "@tanstack/react-router";
import { LogOut, Settings, UserRound } from "lucide-react";
import { useState } from "react";
import { leave } from "../people/leave.ts";
import { ROLES, usePerson } from "../people/person.ts";
import { buttonClass } from "../ui/button.tsx";
import { Popover, PopoverContent, PopoverTrigger } from "../ui/popover.tsx";

const ENTRY =
  "flex h-8 w-full items-center gap-2.5 rounded-sm px-2 text-left hover:bg-hover [&_svg]:size-4 [&_svg]:text-dim";

/** Who one is, one's settings, and the way out. */
export function PersonMenu() {
  const { id, name, role } = usePerson();
  const [open, setOpen] = useState(false);
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger
        aria-label={`${name}, ${role}: settings and sign out`}
        className={buttonClass("ghost", "icon")}
      >
        <UserRound aria-hidden="true" />
      </PopoverTrigger>
      <PopoverContent align="end">
        <div className="border-b px-3 py-2.5">
          <p className="truncate font-medium">{name}</p>
          <p className="text-xs text-dim">
            {role}: {ROLES.find((known) => known.role === role)?.may}
          </p>
        </div>
        <div className="p-1">
          <Link to="/settings" className={ENTRY} onClick={() => setOpen(false)}>
            <Settings aria-hidden="true" />
            Settings
          </Link>
          {id === "guest" ? null : (
            <button type="button" className={ENTRY} onClick={() => void leave()}>
              <LogOut aria-hidden="true" />
              Sign out
            </button>
          )}
        </div>
      </PopoverContent>
    </Popover>
  );
}

/** Who looks without having signed in learns how to; takes no room for anybody else. */
export function GuestBanner() {
  const { id } = usePerson();
  if (id !== "guest") return null;
  return (
    <div
      role="status"
      className="flex shrink-0 flex-wrap gap-x-2 border-b bg-panel px-4 py-2 text-sm"
    >
      <strong className="font-medium">You look as a guest</strong>
      <span className="text-dim">
        Nobody has signed up yet. To change anything, open the link that the terminal shows.
      </span>
    </div>
  );
}
