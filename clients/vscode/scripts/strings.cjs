// The sentences that the extension says to its user, collected from the calls of `t` in its source (see src/words.ts).
// `npm run strings` writes them to l10n/bundle.l10n.json, where translators begin; test/strings.test.ts compares.
const { readdirSync, readFileSync, writeFileSync } = require("node:fs");

const BUNDLE = "l10n/bundle.l10n.json";

/** Each source file's name and text. */
const sources = () => readdirSync("src").sort().map((name) => [name, readFileSync(`src/${name}`, "utf8")]);

/** The first arguments of all calls of `t` in a text. */
const sentencesIn = (text) => [...text.matchAll(/\bt\(\s*("(?:[^"\\]|\\.)*")/g)].map((match) => JSON.parse(match[1]));

/** The bundle as it should be. */
function bundle() {
  const sentences = [...new Set(sources().flatMap(([, text]) => sentencesIn(text)))].sort();
  return `${JSON.stringify(Object.fromEntries(sentences.map((each) => [each, each])), null, 2)}\n`;
}

module.exports = { BUNDLE, bundle, sentencesIn, sources };

if (process.argv[1]?.endsWith("strings.cjs")) {
  writeFileSync(BUNDLE, bundle());
}
