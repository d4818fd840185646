import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { after, test } from "node:test";
import { claim, release } from "../src/claim";
import { isNewEnough, PROBE } from "../src/environment";
import { failureIn, unfitness } from "../src/failures";
import { runStep, StepFailure } from "../src/steps";

const folder = mkdtempSync(path.join(tmpdir(), "foretype-"));
after(() => rmSync(folder, { recursive: true }));

function program(name: string, body: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}

for (const [said, failure] of [
  ["Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(': Connection refused')': /simple/pygls/", "network"],
  ["ERROR: Could not find a version that satisfies the requirement pygls (from versions: none)", "network"],
  ["error: Request failed after 3 retries\n  Caused by: dns error: failed to lookup address information", "network"],
  ["OSError: [Errno 28] No space left on device: '/home/me/x'", "full"],
  ["Error: EROFS: read-only file system, mkdir '/home/me/x'", "unwritable"],
  ["PermissionError: [Errno 13] Permission denied: '/home/me/x'", "unwritable"],
  ["  error: command 'gcc' failed: No such file or directory\nERROR: Failed building wheel for tiktoken", "wheels"],
  ["Segmentation fault", "unknown"],
] as const) {
  test(`${failure}: ${said.slice(0, 60)}`, () => assert.equal(failureIn(said), failure));
}

test("what is wrong with a Python is said in a few words", () => {
  assert.equal(unfitness("python 3.8\n"), "it is Python 3.8");
  assert.match(unfitness("Traceback\nModuleNotFoundError: No module named 'ensurepip'"), /python3-venv/);
  assert.equal(unfitness("Error: spawn EACCES"), "Error: spawn EACCES");
  assert.equal(unfitness(""), "it does not answer");
});

test("a real Python is new enough or says its version", { skip: process.platform === "win32" }, () => {
  const answer = execFileSync("python3", ["-I", "-c", PROBE], { encoding: "utf8" });
  assert.ok(isNewEnough(answer) || /^it is Python/.test(unfitness(answer)), answer);
});

const unix = { skip: process.platform === "win32" };

function quietly(lines: string[], signal = new AbortController().signal) {
  return { cwd: folder, signal, say: (line: string) => void lines.push(line) };
}

test("a step says what it says, and how long it took", unix, async () => {
  const lines: string[] = [];
  await runStep({ title: "", command: program("good", "echo out; echo err >&2"), args: [] }, quietly(lines));
  assert.deepEqual(lines.slice(1, -1).sort(), ["  err", "  out"]);
  assert.match(lines.at(-1) ?? "", /^ {2}\d+\.\d s$/);
});

test("a step that fails holds what was said; one that is not there, too", unix, async () => {
  const bad = { title: "", command: program("bad", "echo 'No space left on device' >&2; exit 3"), args: [] };
  await assert.rejects(runStep(bad, quietly([])), (error: StepFailure) => /exit code 3/.test(error.message) && failureIn(error.said) === "full");
  const gone = { title: "", command: path.join(folder, "gone"), args: [] };
  await assert.rejects(runStep(gone, quietly([])), (error: StepFailure) => /ENOENT/.test(error.said));
});

test("cancelling ends the program", unix, async () => {
  const aborting = new AbortController();
  const lines: string[] = [];
  const slow = { title: "", command: program("slow", "echo $$; exec sleep 60"), args: [] };
  const say = (line: string): void => {
    lines.push(line);
    if (/^ {2}\d+$/.test(line)) {
      aborting.abort();
    }
  };
  await runStep(slow, { cwd: folder, signal: aborting.signal, say });
  const pid = Number(lines.find((line) => /^ {2}\d+$/.test(line)));
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.throws(() => process.kill(pid, 0));
});

test("one window makes the environment; a claim of a process that has ended counts nothing", () => {
  const file = path.join(folder, "claimed");
  assert.equal(claim(file), true);
  assert.equal(claim(file), false, "not twice by one process either");
  release(file);
  assert.equal(existsSync(file), false);
  writeFileSync(file, "12345");
  assert.equal(claim(file, () => true), false);
  assert.equal(claim(file, () => false), true);
  assert.equal(readFileSync(file, "utf8"), String(process.pid));
  release(file);
});

test("where nothing can be written a claim says so", () => {
  const inside = path.join(folder, "file", "claimed");
  writeFileSync(path.join(folder, "file"), "");
  assert.throws(() => claim(inside), (error: Error) => failureIn(String(error)) === "unwritable");
});
