/** What a person may do; each role may do what those before it may. */
export const ROLES = ["viewer", "operator", "ml", "admin"] as const;

/** One of them. */
export type Role = (typeof ROLES)[number];

/** Who asks: a person, or a program in a person's name. */
export interface Person {
  id: string;
  name: string;
  role: Role;
}

/** True where `role` may do what `least` may. */
export function mayAs(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}

/** The lesser of two roles: a token never may more than whose it is. */
export function lesserRole(one: Role, other: Role): Role {
  return mayAs(one, other) ? other : one;
}
