import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { personText } from "../api/text-input.ts";
import { tellRefusals } from "../api/told-refusal.ts";
import { adminProcedure, openProcedure, router, viewerProcedure } from "../api/trpc.ts";
import { createApiToken, listApiTokens, revokeApiToken } from "./api-tokens.ts";
import { readAuditLog } from "./audit-log.ts";
import { anybodyThere, invite, waitingInvitations, withdraw } from "./invitations.ts";
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from "./passwords.ts";
import { changePerson, listPeople } from "./people.ts";
import { ROLES } from "./person.ts";

const DAY_MS = 24 * 3_600_000;

const role = z.enum(ROLES);
const personId = personText(100);
const linkToken = z.string().min(20).max(200);
const password = z
  .string()
  .min(MIN_PASSWORD_LENGTH, `a password of at least ${MIN_PASSWORD_LENGTH} characters`)
  .max(MAX_PASSWORD_LENGTH, `a password of at most ${MAX_PASSWORD_LENGTH} characters`)
  .refine((text) => text.isWellFormed(), "well-formed Unicode");
const email = z
  .email("an email address, such as name@example.org")
  .max(254, "an email address of at most 254 characters")
  .toLowerCase();
/** The beginning of an action or a subject; empty is everything. */
const beginning = personText(200).nullable().default(null);

/** People themselves: who they are, who comes in, what they may, and who changed what. */
export const peopleRouter = router({
  me: viewerProcedure.query(async ({ ctx }) => ({
    ...ctx.person,
    anybodyThere: await anybodyThere(ctx.database),
    minPasswordLength: MIN_PASSWORD_LENGTH,
  })),

  list: adminProcedure.query(async ({ ctx }) => ({
    people: await listPeople(ctx.database),
    invitations: await waitingInvitations(ctx.database),
  })),

  invite: adminProcedure
    .input(z.object({ role }))
    .mutation(({ ctx, input }) => tellRefusals(invite(ctx.database, input, ctx.person))),

  offerPassword: adminProcedure
    .input(z.object({ personId }))
    .mutation(({ ctx, input }) => tellRefusals(invite(ctx.database, input, ctx.person))),

  withdraw: adminProcedure
    .input(z.object({ invitationId: z.uuid() }))
    .mutation(async ({ ctx, input }) => {
      if (await withdraw(ctx.database, input.invitationId, ctx.person)) return;
      throw new TRPCError({ code: "NOT_FOUND", message: "This invitation waits no longer." });
    }),

  edit: adminProcedure
    .input(z.object({ personId, role: role.optional(), disabled: z.boolean().optional() }))
    .mutation(({ ctx, input: { personId: id, ...change } }) =>
      tellRefusals(changePerson(ctx.database, { id, ...change }, ctx.person)),
    ),

  /** What a link leads to, before anything is typed. */
  welcome: openProcedure.input(z.object({ token: linkToken })).query(async ({ ctx, input }) => ({
    ...(await tellRefusals(ctx.doorway.welcome(input.token))),
    minPasswordLength: MIN_PASSWORD_LENGTH,
  })),

  /** Comes in by a link; the new password is signed in with afterwards. */
  enter: openProcedure
    .input(
      z.object({
        token: linkToken,
        name: personText(100).optional(),
        email: email.optional(),
        password,
      }),
    )
    .mutation(({ ctx, input }) => tellRefusals(ctx.doorway.enter(input))),

  /** One's own tokens; an admin may ask for everybody's. */
  tokens: viewerProcedure
    .input(z.object({ everybody: z.boolean().default(false) }).prefault({}))
    .query(({ ctx, input }) =>
      listApiTokens(
        ctx.database,
        input.everybody && ctx.person.role === "admin" ? null : ctx.person.id,
      ),
    ),

  createToken: viewerProcedure
    .input(z.object({ name: personText(100), role, days: z.int().min(1).max(366).default(90) }))
    .mutation(({ ctx, input: { name, role, days } }) =>
      tellRefusals(createApiToken(ctx.database, { name, role, lifeMs: days * DAY_MS }, ctx.person)),
    ),

  revokeToken: viewerProcedure
    .input(z.object({ tokenId: z.uuid() }))
    .mutation(async ({ ctx, input: { tokenId } }) => {
      const ownOnly = ctx.person.role !== "admin";
      if (await revokeApiToken(ctx.database, { tokenId, ownOnly }, ctx.person)) return;
      throw new TRPCError({ code: "NOT_FOUND", message: "You have no such token." });
    }),

  audit: adminProcedure
    .input(
      z
        .object({
          actor: personId.nullable().default(null),
          action: beginning,
          subject: beginning,
          /** `nextCursor` of the page before. */
          cursor: z.int().min(1).nullable().default(null),
          limit: z.int().min(1).max(200).default(50),
        })
        .prefault({}),
    )
    .query(({ ctx, input }) => readAuditLog(ctx.database, input)),
});
