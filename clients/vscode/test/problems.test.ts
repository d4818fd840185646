import assert from "node:assert/strict";
import { test } from "node:test";
import { Lookout, problemsIn } from "../src/problems";

const WRONG = { message: "There is no option x.", remedy: "Use y.", origin: "a.toml" };
const soon = () => new Promise((resolve) => setTimeout(resolve, 20));

test("what was ignored on purpose is no problem, and neither is what is none", () => {
  const notice = { ...WRONG, severity: "notice" };
  assert.deepEqual(problemsIn({ problems: [notice, { ...WRONG, severity: "warning" }, null, { message: 3 }] }), [WRONG]);
  for (const broken of [undefined, null, {}, { problems: 3 }]) {
    assert.deepEqual(problemsIn(broken), []);
  }
});

test("reasons that come together are one question, and only a change is told", async () => {
  let [asked, told, wrong] = [0, 0, true];
  const answer = async () => (asked++, { problems: wrong ? [{ ...WRONG, severity: "error" }] : [] });
  const lookout = new Lookout(answer, () => told++);
  lookout.look(0);
  lookout.look(0);
  await soon();
  assert.deepEqual([asked, told, lookout.problems], [1, 1, [WRONG]]);
  lookout.look(0);
  await soon();
  assert.deepEqual([asked, told], [2, 1]);
  wrong = false;
  lookout.look(0);
  await soon();
  assert.deepEqual([asked, told, lookout.problems], [3, 2, []]);
  lookout.look(0);
  lookout.dispose();
  await soon();
  assert.equal(asked, 3);
});
