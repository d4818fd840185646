import assert from "node:assert/strict";
import { test } from "node:test";
import { isLoopback } from "../src/endpoint";
import { inWords, todayIn } from "../src/usage";

test("today's use is one line", () => {
  const answer = {
    totals: { requests: 120, promptTokens: 81000, completionTokens: 4100, cost: 0.0213 },
    accepted: { model: 30, embedded: 1 },
  };
  const today = todayIn(answer);
  assert.ok(today);
  assert.equal(inWords(today), "Today: 31 accepted, 120 requests, 85,100 tokens, cost 0.02");
});

test("without prices there is no cost, and what is no answer is none", () => {
  const today = todayIn({ totals: { requests: 0, cost: null } });
  assert.ok(today);
  assert.equal(inWords(today), "Today: 0 accepted, 0 requests, 0 tokens");
  for (const other of [undefined, null, {}, { totals: {} }, { totals: { requests: "x" } }]) {
    assert.equal(todayIn(other), undefined);
  }
});

test("no key is asked for on this machine", () => {
  for (const here of ["http://localhost:11434/v1", "http://127.0.0.1:8080", "http://[::1]:1/v1", "http://x.localhost/v1"]) {
    assert.equal(isLoopback(here), true, here);
  }
  for (const there of ["https://api.openai.com/v1", "http://localhost.example.com", "http://10.0.0.1/v1", "127.0.0.1", ""]) {
    assert.equal(isLoopback(there), false, there);
  }
});
