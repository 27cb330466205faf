// How well what may be done, or found, answers what is typed.

/** Return `text` without case and marks, as it is compared. */
export const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/g, " ").trim();

// The letters of `typed` in their order, from the beginning of a word and not far apart: less far is better.
function scattered(text, typed) {
  const letters = [...typed.replaceAll(" ", "")];
  let best = 0;
  for (let start = 0; start < text.length && letters.length > 1; start = text.indexOf(" ", start) + 1 || text.length) {
    let at = start - 1;
    if (text[start] === letters[0] && letters.every((letter) => (at = text.indexOf(letter, at + 1)) >= 0))
      best = Math.max(best, 20 - (20 * (at + 1 - start)) / (6 * letters.length));
  }
  return best;
}

/** Return how well: all of it, its beginning, a word's, each word's, inside, letters in order; 0 for not at all.
 * `words` are others that it is found by. Both are folded, and so is `typed`. */
export function rate(text, words, typed) {
  if (text === typed) return 100;
  if (text.startsWith(typed)) return 80;
  if (` ${text}`.includes(` ${typed}`)) return 60;
  const all = ` ${text} ${words}`;
  const parts = typed.split(" ");
  if (parts.every((part) => ` ${text}`.includes(` ${part}`))) return 50;
  if (parts.every((part) => all.includes(` ${part}`))) return 40;
  if (typed.length > 2 && text.includes(typed)) return 30;
  return scattered(text, typed);
}
