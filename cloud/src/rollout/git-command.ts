import { type SimpleGit, simpleGit } from "simple-git";

/** Who a commit is by. */
export interface CommitAuthor {
  name: string;
  email: string;
}

/** A Git command that says nothing for so long is ended. */
const SILENT_MS = 20_000;
/** Whatever else Git can speak (`ext::` runs programs) stays closed. */
const PROTOCOLS = "file:git:http:https:ssh";

const ENVIRONMENT_KEYS = [
  "GIT_TERMINAL_PROMPT",
  "GIT_CONFIG_NOSYSTEM",
  "GIT_CONFIG_GLOBAL",
  "GIT_ALLOW_PROTOCOL",
  "GIT_AUTHOR_NAME",
  "GIT_AUTHOR_EMAIL",
  "GIT_COMMITTER_NAME",
  "GIT_COMMITTER_EMAIL",
];

/**
 * The real git, told its arguments as a list and never through a shell: no hooks, no settings of
 * this machine's users, no questions, no protocol that runs programs.
 */
export function gitIn(folder: string, signal: AbortSignal, author?: CommitAuthor): SimpleGit {
  const git = simpleGit({
    baseDir: folder,
    config: ["core.hooksPath=/dev/null", "maintenance.auto=false", "core.quotePath=false"],
    timeout: { block: SILENT_MS },
    maxConcurrentProcesses: 1,
    abort: signal,
    unsafe: {
      allowUnsafeHooksPath: true,
      allowUnsafeConfigPaths: true,
      allowUnsafeTemplateDir: true,
    },
    allowEnvironment: ENVIRONMENT_KEYS,
  });
  return git.env({
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    SSH_AUTH_SOCK: process.env.SSH_AUTH_SOCK,
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ALLOW_PROTOCOL: PROTOCOLS,
    ...(author === undefined
      ? {}
      : {
          GIT_AUTHOR_NAME: author.name,
          GIT_AUTHOR_EMAIL: author.email,
          GIT_COMMITTER_NAME: "Sentinel",
          GIT_COMMITTER_EMAIL: "fleet@sentinel.invalid",
        }),
  });
}
