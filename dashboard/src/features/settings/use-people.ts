import type { AppRouter } from "@sentinel/cloud/api/router";
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useTRPC } from "../../connection/api.ts";

type Outputs = inferRouterOutputs<AppRouter>["people"];

/** Somebody who may sign in. */
export type ListedPerson = Outputs["list"]["people"][number];
/** A one-time link that waits. */
export type Invitation = Outputs["list"]["invitations"][number];
/** A token without its secret. */
export type ApiToken = Outputs["tokens"][number];
/** One change of state. */
export type AuditEntry = Outputs["audit"]["entries"][number];
/** What the audit log is narrowed to. */
export interface AuditFilter {
  actor: string | null;
  action: string | null;
  subject: string | null;
}

const ENTRIES_A_PAGE = 50;

/** Everybody, and the links that wait. */
export function usePeople() {
  return useQuery(useTRPC().people.list.queryOptions());
}

/** One's own tokens. */
export function useTokens() {
  return useQuery(useTRPC().people.tokens.queryOptions({}));
}

/** Who changed what, the newest first, as far back as one asks. */
export function useAuditLog(filter: AuditFilter) {
  const options = useTRPC().people.audit.infiniteQueryOptions(
    { ...filter, limit: ENTRIES_A_PAGE },
    {
      getNextPageParam: ({ nextCursor }) => nextCursor,
      initialCursor: null,
      placeholderData: keepPreviousData,
    },
  );
  return useInfiniteQuery(options);
}

/** What can be changed; the lists come up to date by themselves. */
export function usePeopleChanges() {
  const { people } = useTRPC();
  return {
    invite: useMutation(people.invite.mutationOptions()),
    offerPassword: useMutation(people.offerPassword.mutationOptions()),
    withdraw: useMutation(people.withdraw.mutationOptions()),
    edit: useMutation(people.edit.mutationOptions()),
    createToken: useMutation(people.createToken.mutationOptions()),
    revokeToken: useMutation(people.revokeToken.mutationOptions()),
  };
}
