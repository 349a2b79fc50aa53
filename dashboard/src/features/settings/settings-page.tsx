import { Link } from "@tanstack/react-router";
import { useMay, usePerson } from "../../people/person.ts";
import { AuditLog } from "./audit-log.tsx";
import { OwnAccount } from "./own-account.tsx";
import { PeopleList } from "./people-list.tsx";
import { SECTIONS, type Section } from "./sections.ts";
import { TokenList } from "./token-list.tsx";

const TAB =
  "flex h-8 shrink-0 items-center rounded-md px-2.5 font-medium text-dim hover:bg-hover hover:text-ink aria-[current=page]:bg-hover aria-[current=page]:text-ink";

/** Oneself, programs in one's name, everybody, and what everybody changed. */
export function SettingsPage({ section }: { section: Section }) {
  const isAdmin = useMay("admin");
  const { id } = usePerson();
  const open = SECTIONS.filter(({ admin }) => isAdmin || !admin);
  const shown = open.some((known) => known.section === section) ? section : "account";
  return (
    <div className="flex h-full min-h-0 max-sm:flex-col">
      <nav
        aria-label="Settings"
        className="flex shrink-0 gap-1 overflow-x-auto p-3 max-sm:border-b sm:w-44 sm:flex-col sm:border-r"
      >
        {open.map((known) => (
          <Link
            key={known.section}
            to="/settings"
            search={{ section: known.section }}
            aria-current={known.section === shown ? "page" : undefined}
            className={TAB}
          >
            {known.name}
          </Link>
        ))}
      </nav>
      <div className="min-h-0 min-w-0 flex-1 overflow-auto">
        {shown === "account" ? <OwnAccount key={id} /> : null}
        {shown === "tokens" ? <TokenList /> : null}
        {shown === "people" ? <PeopleList /> : null}
        {shown === "audit" ? <AuditLog /> : null}
      </div>
    </div>
  );
}
