import assert from "node:assert/strict";
import { test } from "node:test";
import { Acceptance, type Edit, type Offered } from "../src/acceptance";

const OFFERED: Offered = { id: "7", uri: "file:///a", line: 3, character: 4, text: "one two\n  three" };
const edit = (line: number, character: number, text: string, replaced = 0): Edit => ({ uri: "file:///a", line, character, text, replaced });

/** What a row of edits reports, one number or undefined for each. */
function reports(...edits: Edit[]): (number | undefined)[] {
  const acceptance = new Acceptance();
  acceptance.shows(OFFERED);
  return edits.map((each) => acceptance.edited(each)?.length);
}

test("words that are taken count from the start of the suggestion", () => {
  assert.deepEqual(reports(edit(3, 4, "one"), edit(3, 7, " two")), [3, 7]);
});

test("a line that is taken counts, and the part after it too", () => {
  assert.deepEqual(reports(edit(3, 4, "one two\n"), edit(4, 0, "  th")), [8, 12]);
});

test("typing what was suggested is typing, and what is taken after it counts from the start", () => {
  assert.deepEqual(reports(edit(3, 4, "o"), edit(3, 5, "ne"), edit(3, 7, " "), edit(3, 8, "two")), [undefined, 3, undefined, 7]);
});

test("the whole is no part: its own command tells of it", () => {
  assert.deepEqual(reports(edit(3, 4, OFFERED.text)), [undefined]);
});

test("after other text, elsewhere, or in place of something, nothing is reported any more", () => {
  for (const other of [edit(3, 4, "xx"), edit(2, 4, "one"), edit(3, 5, "one"), edit(3, 4, "one", 2), edit(3, 4, "", 1)]) {
    assert.deepEqual(reports(other, edit(3, 4, "one")), [undefined, undefined], JSON.stringify(other));
  }
});

test("edits of other documents change nothing", () => {
  const elsewhere = { ...edit(3, 4, "xx"), uri: "file:///b" };
  assert.deepEqual(reports(elsewhere, edit(3, 4, "one")), [undefined, 3]);
});

test("what is waved away has its id once, and takes no part any more", () => {
  const acceptance = new Acceptance();
  acceptance.shows(OFFERED);
  assert.equal(acceptance.dismissed(), OFFERED.id);
  assert.equal(acceptance.dismissed(), undefined);
  assert.equal(acceptance.edited(edit(3, 4, "one")), undefined);
});
