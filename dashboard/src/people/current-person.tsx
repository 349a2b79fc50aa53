import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTRPC } from "../connection/api.ts";
import { type Me, PersonContext } from "./person.ts";

/** Keeps what the page knows of its person up to date: an admin may change their role meanwhile. */
export function CurrentPerson({ me, children }: { me: Me; children: ReactNode }) {
  const { data } = useQuery(useTRPC().people.me.queryOptions(undefined, { initialData: me }));
  return <PersonContext value={data}>{children}</PersonContext>;
}
