import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

/** Stands in for the dashboard image's own server in `cluster:local`: FOLDER PORT. */
const [folder = "", port = "0"] = process.argv.slice(2);

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
};

/** The file of a path; a path without one is a page of the dashboard, which has routes of its own. */
function fileOf(path: string): string | null {
  const file = join(folder, normalize(path));
  const isFile = file.startsWith(folder) && statSync(file, { throwIfNoEntry: false })?.isFile();
  if (isFile === true) return file;
  return path.startsWith("/assets/") ? null : join(folder, "index.html");
}

createServer((request, response) => {
  const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
  if (path === "/healthz") return response.writeHead(200).end("ok\n");
  const file = fileOf(path);
  if (file === null) return response.writeHead(404).end();
  const cache = path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
  response.writeHead(200, {
    "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    "cache-control": cache,
  });
  return createReadStream(file).pipe(response);
}).listen(Number(port), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
