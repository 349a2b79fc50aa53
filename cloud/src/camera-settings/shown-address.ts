const HIDDEN = "an address that cannot be shown";

/** What the name of a video file is made of, which no user and password is. */
const FILE_NAME = /^[\w.+ -]+\.[a-z0-9]{2,5}$/i;

/**
 * What people are shown of a camera's address: scheme, host and port. User, password, path and query
 * stay in the cloud, because cameras take passwords in all of them. A file shows its name. Where it
 * cannot be told where a password ends, nothing of it is shown.
 */
export function shownAddress(url: string): string {
  if (url.startsWith("/")) {
    const name = url.split("/").at(-1) ?? "";
    return FILE_NAME.test(name) ? name : "a file";
  }
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(url) || !URL.canParse(url)) return HIDDEN;
  const { protocol, host, pathname, search, hash } = new URL(url);
  // In `rtsp://user:12/34@host` the password has a slash, and what looks like the host is the user.
  return `${pathname}${search}${hash}`.includes("@") ? HIDDEN : `${protocol}//${host}`;
}
