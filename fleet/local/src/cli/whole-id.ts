import { localError } from "../errors.ts";

const SHA256 = /^[0-9a-f]{64}$/;

/**
 * The whole SHA-256 that a person means by it, by its first digits, or by a name.
 * @param known asked only where a list is needed.
 * @throws CodedError INPUT_INVALID where nothing is meant, or several things are.
 */
export async function wholeDigest(
  text: string,
  what: string,
  known: () => Promise<readonly { digest: string; name: string }[]>,
): Promise<string> {
  if (SHA256.test(text)) return text;
  const all = await known();
  const named = all.filter(({ name }) => name === text);
  const digits = text.toLowerCase();
  const begun = /^[0-9a-f]{4,}$/.test(digits)
    ? all.filter(({ digest }) => digest.startsWith(digits))
    : [];
  const found = new Set([...named, ...begun].map(({ digest }) => digest));
  const [digest] = found;
  if (digest !== undefined && found.size === 1) return digest;
  const why = found.size === 0 ? `no ${what} is called so, or begins so` : `several ${what}s fit`;
  throw localError("INPUT_INVALID", `${text.slice(0, 80)}: ${why}`);
}
