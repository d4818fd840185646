import assert from "node:assert/strict";
import { test } from "node:test";
import { isNewEnough, later, pythonIn, steps } from "../src/environment";

test("a Python is new enough from 3.10 on, and only if it can make environments", () => {
  for (const answer of ["python 3.10\n", "python 3.14\r\n", "python 4.0"]) {
    assert.equal(isNewEnough(answer), true, answer);
  }
  for (const answer of ["python 3.9\n", "python 2.7", "", "Error: No module named 'ensurepip'", "python 3", "xpython 3.12"]) {
    assert.equal(isNewEnough(answer), false, answer);
  }
});

test("an environment is made by Python alone, isolated from what the folder holds, the first suggestion's part first", () => {
  const tool = { python: "/usr/bin/python3", script: "/ext/setup/install.py" };
  const [made, installed] = steps(tool, "/my storage/server-1", "/ext/server/foretype-1-py3-none-any.whl", "linux");
  assert.deepEqual(made?.args, ["-I", "-m", "venv", "--without-pip", "--clear", "/my storage/server-1"]);
  assert.equal(installed?.command, "/my storage/server-1/bin/python");
  assert.deepEqual(installed?.args, ["-I", "/ext/setup/install.py", "first", "/ext/server/foretype-1-py3-none-any.whl"]);
  const [rest] = later(tool.script, "/my storage/server-1", "/w.whl", "linux");
  assert.deepEqual([rest?.command, ...(rest?.args ?? [])], ["/my storage/server-1/bin/python", "-I", tool.script, "rest", "/w.whl"]);
});

test("with uv both steps are its own, and a Python is brought if need be", () => {
  const both = steps({ uv: "/bin/uv" }, "/s", "/e x/foretype-1.whl", "darwin");
  assert.deepEqual(both.map((step) => step.command), ["/bin/uv", "/bin/uv"]);
  assert.ok(both[0]?.args.includes(">=3.10"));
  assert.equal(both[1]?.args.at(-1), "foretype[grammars] @ file:///e%20x/foretype-1.whl");
});

test("on Windows paths and addresses have their own form", () => {
  assert.equal(pythonIn("C:\\s\\server-1", "win32"), "C:\\s\\server-1\\Scripts\\python.exe");
  const installed = steps({ uv: "uv" }, "C:\\s", "C:\\e x\\foretype-1.whl", "win32")[1];
  assert.equal(installed?.args.at(-1), "foretype[grammars] @ file:///C:/e%20x/foretype-1.whl");
});
