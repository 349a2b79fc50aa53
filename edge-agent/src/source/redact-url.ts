const URL_CREDENTIALS = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@'"]*(?:@[^\s/@'"]*)*@/gi;
const URL_QUERY = /\b([a-z][a-z0-9+.-]*:\/\/[^\s?'"]*)\?[^\s'"]*/gi;

/**
 * Takes credentials out of any text that may hold URLs (ffmpeg's messages, faults, values of a
 * configuration): user and password become `***`, and so does the query, where cameras and
 * presigned addresses carry tokens.
 */
export function redactUrls(text: string): string {
  return text.replace(URL_CREDENTIALS, "$1***@").replace(URL_QUERY, "$1?***");
}
