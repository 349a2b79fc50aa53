import { readFileSync } from "node:fs";
import { repositoryPath } from "../start/repository.ts";

/** What this machine has in the place of the image's own. */
export interface NginxPlace {
  /** Where the built dashboard lies. */
  site: string;
  /** What it may write. */
  folder: string;
  port: number;
}

/** The dashboard image's own nginx settings but for what they serve, where they may write and on which port. */
export function nginxSettings({ site, folder, port }: NginxPlace): string {
  const settings = readFileSync(repositoryPath("dashboard/nginx/nginx.conf"), "utf8")
    .replaceAll("/tmp/", `${folder}/`)
    .replace("/usr/share/nginx/html", site)
    .replace("listen 8080", `listen 127.0.0.1:${port}`);
  // Started as root, its workers would be a user who may not read a folder of root's.
  return process.getuid?.() === 0 ? `user root;\n${settings}` : settings;
}
