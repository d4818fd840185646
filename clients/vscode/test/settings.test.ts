import assert from "node:assert/strict";
import { test } from "node:test";
import { configurationAnswer, languageEnabled, needsRestart, serverKeys, switchedLanguage, written } from "../src/settings";

test("the server's settings are those that are not the extension's own", () => {
  const contributed = ["foretype.enable", "foretype.server.path", "foretype.trace.server", "foretype.model.baseUrl"];
  assert.deepEqual(serverKeys(contributed), ["enable", "model.baseUrl"]);
});

test("only what was written is read; a folder's value wins over the workspace's", () => {
  const inspected: Record<string, object> = {
    "a.b": { defaultValue: 1 },
    "c.d": { defaultValue: 1, globalValue: 2 },
    "e.f": { workspaceValue: 3, workspaceFolderValue: 4 },
    enable: { globalValue: { "*": false }, workspaceValue: { python: true }, workspaceFolderValue: { go: false } },
  };
  assert.deepEqual(written(Object.keys(inspected), (key) => inspected[key]), {
    user: { "c.d": 2, enable: { "*": false } },
    workspace: { "e.f": 4, enable: { python: true, go: false } },
  });
});

test("an untrusted workspace's answer holds nothing of the user's", () => {
  const both = {
    user: { "model.baseUrl": "https://mine", enable: { go: true } },
    workspace: { enable: { python: false } },
  };
  assert.deepEqual(configurationAnswer(both, false), { enable: { python: false } });
  assert.deepEqual(configurationAnswer(both, true), {
    "model.baseUrl": "https://mine",
    enable: { go: true, python: false },
  });
});

for (const [name, sent, now, trusted, expected] of [
  ["nothing changed", { a: 1 }, { a: 1 }, false, false],
  ["the order of a table's entries is no change", { a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } }, false, false],
  ["untrusted: any change", { a: 1 }, { a: 2 }, false, true],
  ["untrusted: a new value", {}, { a: 1 }, false, true],
  ["trusted: changed values are asked for", { a: 1 }, { a: 2, b: 3 }, true, false],
  ["trusted: a value is gone", { a: 1, b: 2 }, { a: 1 }, true, true],
  ["trusted: an entry of a table is gone", { a: { x: 1, y: 2 } }, { a: { x: 1 } }, true, true],
] as const) {
  test(`a new start is needed: ${name}`, () => assert.equal(needsRestart(sent, now, trusted), expected));
}

test("a language's own entry wins over the one for all", () => {
  assert.equal(languageEnabled({ "*": false, python: true }, "python"), true);
  assert.equal(languageEnabled({ "*": false, python: true }, "go"), false);
  assert.equal(languageEnabled({}, "go"), true);
  assert.equal(languageEnabled("broken", "go"), true);
});

test("a language is switched where its present value is written", () => {
  const effective = { "*": true, python: true };
  assert.deepEqual(switchedLanguage({ user: { enable: { go: false } }, workspace: {} }, effective, "python"), {
    inWorkspace: false,
    table: { go: false, python: false },
  });
  const ofWorkspace = { user: {}, workspace: { enable: { python: true } } };
  assert.deepEqual(switchedLanguage(ofWorkspace, effective, "python"), { inWorkspace: true, table: { python: false } });
  assert.deepEqual(switchedLanguage(ofWorkspace, { "*": false }, "go"), { inWorkspace: false, table: { go: true } });
});
