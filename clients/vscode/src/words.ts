/**
 * How sentences become those of the user's language. What knows nothing of VS Code is given `vscode.l10n.t` as such a
 * function, and takes English without one. Each sentence stands as a literal in a call of `t`: scripts/strings.cjs
 * collects them from there.
 */

type Value = string | number | boolean;

/** `{0}` in the sentence stands for the first of the values. */
export type Translate = (sentence: string, ...values: Value[]) => string;

/** The sentence as it is. */
export const english: Translate = (sentence, ...values) =>
  sentence.replace(/\{(\d+)\}/g, (hole, place: string) => String(values[Number(place)] ?? hole));
