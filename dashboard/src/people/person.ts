import type { AppRouter } from "@sentinel/cloud/api/router";
import type { inferRouterOutputs } from "@trpc/server";
import { createContext, useContext } from "react";

type People = inferRouterOutputs<AppRouter>["people"];

/** Who looks at the page. */
export type Me = People["me"];
/** What somebody may do; each may do what those before it may. */
export type Role = Me["role"];

/** Every role, with what it is for. */
export const ROLES: readonly { role: Role; may: string }[] = [
  { role: "viewer", may: "watches cameras and events" },
  { role: "operator", may: "answers questions and changes cameras" },
  { role: "ml", may: "builds datasets, trains, approves and promotes models" },
  { role: "admin", may: "decides who may do what" },
];

/** Set by the gate, once somebody is let in. */
export const PersonContext = createContext<Me | null>(null);

/** Who looks at the page. */
export function usePerson(): Me {
  const person = useContext(PersonContext);
  if (person === null) throw new Error("rendered outside of PersonContext");
  return person;
}

/** Whether the person may do what this role may; the cloud holds it, the page only shows it. */
export function useMay(least: Role): boolean {
  const { role } = usePerson();
  const rank = (of: Role) => ROLES.findIndex((known) => known.role === of);
  return rank(role) >= rank(least);
}
