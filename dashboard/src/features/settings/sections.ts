/** The parts of the page Settings, in their order; some are an admin's. */
export const SECTIONS = [
  { section: "account", name: "Your account", admin: false },
  { section: "tokens", name: "API tokens", admin: false },
  { section: "people", name: "People", admin: true },
  { section: "audit", name: "Audit log", admin: true },
] as const;

/** One of them. */
export type Section = (typeof SECTIONS)[number]["section"];
