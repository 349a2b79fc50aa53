/** One colour in three places: over pictures, and as a mark on a light or a dark page. */
export interface ClassColour {
  /** Over pictures, under near-black letters. */
  readonly picture: string;
  /** On the page, for CSS: dark enough on white, light enough on black. */
  readonly page: string;
}

/**
 * Hues of Okabe and Ito (2008), which people with any common colour blindness tell apart, made
 * lighter over pictures and darker on white so that each keeps a contrast of 3:1.
 */
const PALETTE = {
  sky: { picture: "#56b4e9", page: "light-dark(#1c7fc0, #56b4e9)" },
  orange: { picture: "#f0a818", page: "light-dark(#a86f00, #f0a818)" },
  green: { picture: "#2bc49a", page: "light-dark(#00805c, #2bc49a)" },
  vermilion: { picture: "#ff8552", page: "light-dark(#c24a00, #ff8552)" },
  purple: { picture: "#dc8fbc", page: "light-dark(#a8477f, #dc8fbc)" },
  yellow: { picture: "#f0e442", page: "light-dark(#857b00, #e6da3a)" },
} as const satisfies Record<string, ClassColour>;

/** Classes that stand beside each other in the street get hues far apart. */
const FIXED: Readonly<Record<string, ClassColour>> = {
  person: PALETTE.sky,
  bicycle: PALETTE.green,
  car: PALETTE.orange,
  motorcycle: PALETTE.yellow,
  bus: PALETTE.purple,
  truck: PALETTE.vermilion,
  dog: PALETTE.green,
  cat: PALETTE.purple,
};
/** For all other classes: the hues of persons and cars, which are seen most, stay theirs alone. */
const HUES: readonly ClassColour[] = [
  PALETTE.purple,
  PALETTE.green,
  PALETTE.vermilion,
  PALETTE.yellow,
];

/** The colour of a class, always the same one; the label says the class as well. */
export function classColour(className: string): ClassColour {
  const fixed = FIXED[className];
  if (fixed !== undefined) return fixed;
  let hash = 0;
  for (const letter of className) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return HUES[hash % HUES.length] ?? PALETTE.purple;
}
