import type { AppRouter } from "@sentinel/cloud/api/router";
import { createTRPCClient, httpLink } from "@trpc/client";
import { createAuthClient } from "better-auth/client";

/** Signing in and out; the session is a cookie that no script can read. */
export const signInClient = createAuthClient({ basePath: "/api/auth" });

/** Procedures for who is not signed in yet, and for asking who is: by plain requests. */
export const doorClient = createTRPCClient<AppRouter>({ links: [httpLink({ url: "/api/trpc" })] });

/** Why a call of the sign-in client was refused, for the person; null where it was not. */
export function refusalOf(
  error: { status: number; message?: string | undefined } | null,
): string | null {
  if (error === null) return null;
  if (error.status === 429) return "Too many tries. Wait a minute, then try again.";
  if (error.status === 401) return "The address or the password is wrong.";
  if (error.status === 0 || error.status >= 500) {
    return "The cloud does not answer. Try again in a moment.";
  }
  return error.message ?? "The cloud refused that.";
}
