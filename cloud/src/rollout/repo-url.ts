const SCHEMES = /^(https?|ssh|git|file):\/\//;
/** `git@host:path`, as OpenSSH and Git write it. */
const SCP_LIKE = /^[\w.-]+@[\w.-]+:[^:]/;

/** True where this is an address of a repository, and not a path. */
export function isRepoUrl(text: string): boolean {
  return SCHEMES.test(text) || SCP_LIKE.test(text);
}

/** True where Git can be told this: an address that it knows without running programs, or a path. */
export function isRepoAddress(text: string): boolean {
  return isRepoUrl(text) || /^[^-:][^:]*$/.test(text);
}

/** The address without user and password. */
export function withoutCredentials(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)[^/@]*@/, "$1");
}
