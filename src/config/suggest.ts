// Finds what somebody probably meant by a misspelt name.
import { closestMatch } from 'leven';

/** The candidate nearest to `word`, or undefined where none is near enough to be a slip of the finger. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  const byFolded = new Map(candidates.map((candidate) => [candidate.toLowerCase(), candidate]));
  // Two swapped letters count as two edits.
  const maxDistance = Math.max(word.length < 4 ? 1 : 2, Math.floor(word.length / 3));
  const match = closestMatch(word.toLowerCase(), [...byFolded.keys()], { maxDistance });
  return match === undefined ? undefined : byFolded.get(match);
}

/** A hint ready to be shown, as an object to spread: empty where nothing is near. */
export function didYouMean(word: string, candidates: readonly string[]): { readonly hint?: string } {
  const match = suggest(word, candidates);
  return match === undefined ? {} : { hint: `did you mean "${match}"?` };
}
