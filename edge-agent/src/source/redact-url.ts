/** User and password; where a colon stands before a slash, the password may hold slashes and quotes. */
const CREDENTIALS = /\b([a-z][a-z0-9+.-]*:\/\/)(?:[^\s/@'"]*:\S*@|[^\s/@'"]*(?:@[^\s/@'"]*)*@)/gi;
const QUERY = /\b([a-z][a-z0-9+.-]*:\/\/[^\s?'"]*)\?[^\s'"]*/gi;
const PATH = /\b([a-z][a-z0-9+.-]*:\/\/[^\s/'"]+)\/[^\s'"]*?(?=:?(?:[\s'"]|$))/gi;

/**
 * Takes credentials out of any text that may hold URLs (ffmpeg's messages, faults, values of a
 * configuration): user and password become `***`, and so does the query, where cameras and
 * presigned addresses carry tokens.
 */
export function redactUrls(text: string): string {
  return text.replace(CREDENTIALS, "$1***@").replace(QUERY, "$1?***");
}

/** The same for text that holds cameras' addresses, where paths carry passwords as well. */
export function redactCameraUrls(text: string): string {
  return redactUrls(text).replace(PATH, "$1/***");
}
