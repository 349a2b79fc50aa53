import { XMLParser } from "fast-xml-parser";
import { z } from "zod";
import type { CompletedPart } from "./multipart-uploads.ts";
import { S3Error } from "./s3-error.ts";

/** Ten thousand parts, or a thousand keys of 1 KiB, fit in this. */
export const MAX_XML_BYTES = 2 * 1024 * 1024;
const MAX_DELETED_KEYS = 1000;

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  isArray: (name) => name === "Part" || name === "Object",
});

const completeSchema = z.object({
  CompleteMultipartUpload: z.object({
    Part: z
      .array(z.object({ PartNumber: z.string().regex(/^\d{1,5}$/), ETag: z.string() }))
      .min(1)
      .max(10_000),
  }),
});

const deleteSchema = z.object({
  Delete: z.object({
    Object: z
      .array(z.object({ Key: z.string().min(1) }))
      .min(1)
      .max(MAX_DELETED_KEYS),
    Quiet: z.enum(["true", "false"]).optional(),
  }),
});

/** Reads the body of CompleteMultipartUpload. @throws S3Error MalformedXML. */
export function parseCompletedParts(body: Buffer): CompletedPart[] {
  const { CompleteMultipartUpload } = parse(body, completeSchema);
  return CompleteMultipartUpload.Part.map(({ PartNumber, ETag }) => ({
    partNumber: Number(PartNumber),
    etag: ETag.replace(/^"|"$/g, ""),
  }));
}

/** Reads the body of DeleteObjects. @throws S3Error MalformedXML. */
export function parseDeletedKeys(body: Buffer): { keys: string[]; quiet: boolean } {
  const request = parse(body, deleteSchema).Delete;
  return { keys: request.Object.map(({ Key }) => Key), quiet: request.Quiet === "true" };
}

function parse<T>(body: Buffer, schema: z.ZodType<T>): T {
  const text = body.toString();
  // A document type could define entities that grow without bound; no request of S3 has one.
  if (/<!DOCTYPE/i.test(text)) throw malformed();
  try {
    return schema.parse(parser.parse(text, true));
  } catch {
    throw malformed();
  }
}

function malformed(): S3Error {
  return new S3Error(
    "MalformedXML",
    "The XML that you provided was not well-formed or did not fit.",
  );
}
