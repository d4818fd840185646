import assert from "node:assert/strict";
import { test } from "node:test";
import { isOurs, originOf, secretName } from "../src/endpoint";
import { presented, QUIET, type Shown, statusIn } from "../src/presentation";
import { MOST_RESTARTS, RestartBudget } from "../src/restarts";

test("a key belongs to one origin: scheme, host and port", () => {
  assert.equal(originOf("https://api.example.com/v1"), "https://api.example.com");
  assert.equal(secretName(" https://API.example.com:443/other "), secretName("https://api.example.com/v1"));
  assert.notEqual(secretName("http://api.example.com/v1"), secretName("https://api.example.com/v1"));
  assert.notEqual(secretName("https://api.example.com:8443"), secretName("https://api.example.com"));
  assert.equal(originOf("https://user:secret@api.example.com/v1"), "https://api.example.com");
});

for (const address of ["", "api.example.com", "file:///etc/passwd", "javascript:alert(1)"]) {
  test(`no endpoint: ${JSON.stringify(address)}`, () => assert.equal(secretName(address), undefined));
}

test("only our own secrets count", () => {
  assert.equal(isOurs(secretName("https://api.example.com") ?? ""), true);
  assert.equal(isOurs("someone.else"), false);
});

const WRONG = { message: "There is no option x.", remedy: "Use y.", origin: "a.toml" };
const RUNNING: Shown = { phase: "running", status: QUIET, problems: [], completing: false, off: false, languageOn: true };

for (const [shown, icon, sentence] of [
  [RUNNING, "sparkle", "Ready."],
  [{ ...RUNNING, phase: "starting" }, "loading~spin", "The server is starting."],
  [{ ...RUNNING, phase: "missing" }, "error", "The server was not found."],
  [{ ...RUNNING, problems: [WRONG] }, "warning", "There is no option x. Use y. (Settings: a.toml)"],
  [{ ...RUNNING, problems: [WRONG], languageOn: false }, "warning", "There is no option x. Use y. (Settings: a.toml)"],
  [{ ...RUNNING, problems: [WRONG], status: statusIn({ kind: "Error", message: "No key!" }) }, "error", "No key!"],
  [{ ...RUNNING, off: true }, "circle-slash", "Suggestions are off in this window."],
  [{ ...RUNNING, languageOn: false }, "circle-slash", "Suggestions are off for this language."],
  [{ ...RUNNING, status: statusIn({ kind: "Warning", message: "Slow." }) }, "warning", "Slow."],
  [{ ...RUNNING, status: statusIn({ kind: "Error", message: "No key." }), languageOn: false }, "error", "No key."],
  [{ ...RUNNING, completing: true, status: statusIn({ kind: "Error", message: "No module." }) }, "loading~spin", "What models need is being installed."],
  [{ ...RUNNING, completing: true }, "sparkle", "Ready."],
  [{ ...RUNNING, status: statusIn({ kind: "Normal", message: "Connecting.", busy: true }) }, "loading~spin", "Connecting."],
  [{ ...RUNNING, status: statusIn({ kind: "Inactive", message: "Too large." }) }, "circle-slash", "Too large."],
] as const satisfies readonly (readonly [Shown, string, string])[]) {
  test(`the item says: ${sentence}`, () => assert.deepEqual(presented(shown), { icon, sentence }));
}

test("a status that is none is quiet", () => {
  for (const broken of [null, "x", 3, {}, { kind: "toString" }, { kind: 1, message: 2, busy: "yes" }]) {
    assert.deepEqual(statusIn(broken), QUIET);
  }
});

test("a server that ends again and again is not started for ever", () => {
  let now = 0;
  const budget = new RestartBudget(() => now);
  for (let start = 0; start < MOST_RESTARTS; start++) {
    assert.equal(budget.take(), true);
  }
  assert.equal(budget.take(), false);
  now += 3 * 60 * 1000 + 1;
  assert.equal(budget.take(), true);
  budget.refill();
  assert.equal(budget.take(), true);
});
