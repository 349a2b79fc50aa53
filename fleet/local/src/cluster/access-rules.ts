import { z } from "zod";

const texts = z.array(z.string());

/** The rules of a Role, as in its manifest. */
export const accessRulesSchema = z.array(
  z.object({ apiGroups: texts, resources: texts, verbs: texts }),
);

/** One rule of a Role. */
export type AccessRule = z.infer<typeof accessRulesSchema>[number];

/** What somebody wants to do. */
export interface Access {
  apiGroup: string;
  resource: string;
  verb: string;
}

/** True where one of the rules allows it; as in Kubernetes, nothing is allowed otherwise. */
export function isAllowed(rules: readonly AccessRule[], wanted: Access): boolean {
  return rules.some(
    ({ apiGroups, resources, verbs }) =>
      apiGroups.includes(wanted.apiGroup) &&
      resources.includes(wanted.resource) &&
      verbs.includes(wanted.verb),
  );
}
