/** Reads `?class=car&class=bus&min=0.5` as `{class: ["car", "bus"], min: "0.5"}`: what it means is for the page to say. */
export function parseSearchString(text: string): Record<string, string | string[]> {
  const params = new URLSearchParams(text);
  const search: Record<string, string | string[]> = {};
  for (const key of new Set(params.keys())) {
    const values = params.getAll(key);
    const [only = ""] = values;
    search[key] = values.length === 1 ? only : values;
  }
  return search;
}

/** Writes a page's search as an address that one can read and send on; absent values are left out. */
export function writeSearchString(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null) params.append(key, String(each));
    }
  }
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}
