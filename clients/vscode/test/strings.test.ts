import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { BUNDLE, bundle, sentencesIn, sources } from "../scripts/strings.cjs";
import { english } from "../src/words";

/** What nobody but the log is told, and names. */
const UNTRANSLATED = ["The connection to the server has ended.", "Mistral (Codestral)"];

test("every sentence is in the bundle, and nothing else (npm run strings)", () => {
  assert.equal(readFileSync(BUNDLE, "utf8"), bundle());
});

test("sentences are found in calls, over lines too", () => {
  assert.deepEqual(sentencesIn('vscode.l10n.t("a {0}", x) + t(\n  "b \\"c\\"") + set("d") + format("e")'), ["a {0}", 'b "c"']);
});

for (const [name, text] of sources()) {
  test(`${name} translates what it shows, and only literals`, () => {
    assert.deepEqual(text.match(/(?<!function )\bt\((?!\s*")[^\n]*/g) ?? [], []);
    assert.deepEqual(text.match(/show(Error|Information|Warning)Message\(\s*["`][^\n]*/g) ?? [], []);
    const shown = /\b(?:title|placeHolder|prompt|detail|description|label|message|sentence|tooltip): "([^"]* [^"]*)"/g;
    const bare = [...text.matchAll(shown)].map((match) => match[1] ?? "");
    assert.deepEqual(bare.filter((each) => !UNTRANSLATED.includes(each)), []);
  });
}

test("English has its values in their places", () => {
  assert.equal(english("{1} of {0}: {2}", "a", 3), "3 of a: {2}");
});
