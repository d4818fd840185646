import assert from "node:assert/strict";
import { test } from "node:test";
import { asItIs, page } from "../src/prosePage";

test("nothing is loaded by a text that a model wrote, and nothing runs but the page's own script", () => {
  const html = page("abc123");
  const policy = /content="([^"]+)"/.exec(html)?.[1] ?? "";
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'nonce-abc123'/);
  assert.doesNotMatch(policy, /img-src|connect-src|frame-src|unsafe-eval/);
  assert.equal(html.match(/<script/g)?.length, 1);
  assert.match(html, /<script nonce="abc123">/);
});

test("where there is no Markdown, a text is shown as it is", () => {
  assert.equal(asItIs("a < b && <img src=x>"), '<pre style="white-space: pre-wrap">a &lt; b &amp;&amp; &lt;img src=x></pre>');
});
