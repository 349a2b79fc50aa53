#!/usr/bin/env node
/** `npx sentinel …`: hands over to the bootstrap, which brings the right Node. */
process.argv.splice(2, 0, "sentinel");
await import("../bootstrap.mjs");
