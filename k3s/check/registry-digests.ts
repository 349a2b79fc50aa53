#!/usr/bin/env node
import { fileURLToPath } from "node:url";
import { containersOf } from "./document/pod-template.ts";
import { Rendered } from "./document/rendered.ts";
import { parseImage } from "./images/image-reference.ts";
import { registryDigest } from "./images/registry.ts";
import { findTargets } from "./render/find-targets.ts";
import { renderTarget } from "./render/render-target.ts";

/*
 * Asks the registries for the digest of every image of the manifests, from a machine that can reach them, and prints
 * a line each. Exit code 1 where a digest is not the registry's; those that are missing are printed to be written.
 */

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const outcomes = await Promise.all(findTargets(root).map((target) => renderTarget(root, target)));
const images = new Set(
  outcomes
    .filter((outcome) => outcome instanceof Rendered)
    .flatMap(({ pods }) => pods.flatMap(containersOf))
    .flatMap(({ container }) => container.image ?? []),
);
for (const image of [...images].sort()) {
  const reference = parseImage(image);
  try {
    const digest = await registryDigest(reference);
    const isRight = reference.digest === "" || reference.digest === digest;
    if (!isRight) process.exitCode = 1;
    const word = reference.digest === "" ? "write" : isRight ? "right" : "WRONG";
    process.stdout.write(`${word} ${image.split("@")[0]}@${digest}\n`);
  } catch (error) {
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? `${message} (${cause.message})` : message;
    process.stdout.write(`unknown ${image}: ${why}\n`);
  }
}
