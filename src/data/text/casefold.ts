/** Cherokee, of which the small letters came later: they are folded to the great ones. */
const CHEROKEE = /^[\u13a0-\u13f5\u13f8-\u13fd\uab70-\uabbf]$/u;

/** The dotless i, which stays, and the great sharp s, of which JavaScript has no small one but ß. */
const OTHERS: Readonly<Record<string, string>> = { ı: 'ı', ẞ: 'ss' };

/**
 * Text as it is compared without regard to case, by Unicode's full case folding, as Python's `str.casefold` has it
 * (`Straße` and `STRASSE` are the same), in composed form (NFC).
 */
export function casefold(text: string): string {
  return Array.from(text.normalize('NFC'), foldLetter).join('').normalize('NFC');
}

function foldLetter(letter: string): string {
  if (Object.hasOwn(OTHERS, letter)) return OTHERS[letter];
  return CHEROKEE.test(letter) ? letter.toUpperCase() : letter.toUpperCase().toLowerCase();
}
