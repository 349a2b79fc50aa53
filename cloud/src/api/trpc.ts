import { initTRPC } from "@trpc/server";
import type { ApiContext } from "./context.ts";

const t = initTRPC.context<ApiContext>().create({
  isDev: false,
  errorFormatter: ({ shape, error }) =>
    // What went wrong inside is for the log; a person is told what to do.
    error.code === "INTERNAL_SERVER_ERROR"
      ? { ...shape, message: "The cloud could not answer; its log and /readyz say why." }
      : shape,
});

/** Builds a router from procedures. */
export const router = t.router;

/** A procedure that anyone who reaches the server may call. */
export const procedure = t.procedure;
