/**
 * What people are shown of a camera's address: scheme, host and port. User, password, path and query
 * stay in the cloud, because cameras take passwords in all of them. A file shows its last part.
 */
export function shownAddress(url: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) return url.split("/").at(-1) ?? "";
  if (!URL.canParse(url)) return "an address that cannot be read";
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
