import assert from "node:assert/strict";
import { test } from "node:test";
import { candidates, pythonCommands, type Surroundings, versionIn } from "../src/locate";

function surroundings(files: string[], more: Partial<Surroundings> = {}): Surroundings {
  return {
    platform: "linux",
    home: "/home/me",
    searchPath: "/usr/local/bin:/usr/bin",
    setting: "",
    interpreter: "",
    ours: "",
    folders: ["/home/me/project"],
    trusted: true,
    isFile: (file) => files.includes(file),
    ...more,
  };
}

function at(files: string[], more: Partial<Surroundings> = {}): string[] {
  return candidates(surroundings(files, more)).map(({ command, args, origin }) => [`${origin}:`, command, ...args].join(" "));
}

test("a setting stands alone", () => {
  const found = at(["/usr/bin/foretype"], { setting: "~/venv/bin/foretype" });
  assert.deepEqual(found, ["setting: /home/me/venv/bin/foretype"]);
  assert.deepEqual(at([], { setting: "${workspaceFolder}/.venv/bin/foretype" }), [
    "setting: /home/me/project/.venv/bin/foretype",
  ]);
});

test("the command comes before the selected Python, and that before any Python", () => {
  const files = ["/usr/bin/foretype", "/usr/bin/python3", "/usr/local/bin/python"];
  assert.deepEqual(at(files, { interpreter: "/home/me/project/.venv/bin/python" }), [
    "path: /usr/bin/foretype",
    "interpreter: /home/me/project/.venv/bin/python -m foretype",
    "python: /usr/bin/python3 -m foretype",
    "python: /usr/local/bin/python -m foretype",
  ]);
});

test("an environment made by the extension comes before any Python on the PATH", () => {
  assert.deepEqual(at(["/usr/bin/python3"], { ours: "/storage/server-1/bin/python" }), [
    "private: /storage/server-1/bin/python -I -m foretype",
    "python: /usr/bin/python3 -m foretype",
  ]);
});

test("environments are made by the selected Python, then by any other, never by an untrusted folder's", () => {
  const files = ["/usr/bin/python3", "/usr/bin/python3.12"];
  const where = { interpreter: "/home/me/project/.venv/bin/python" };
  assert.deepEqual(pythonCommands(surroundings(files, where)), [where.interpreter, ...files]);
  assert.deepEqual(pythonCommands(surroundings(files, { ...where, trusted: false })), files);
});

test("the place where users' commands are installed counts even when it is not on the PATH", () => {
  assert.deepEqual(at(["/home/me/.local/bin/foretype"]), ["path: /home/me/.local/bin/foretype"]);
});

test("a folder that is not trusted does not decide what is run", () => {
  const files = ["/home/me/project/bin/foretype", "bin/foretype", "/usr/bin/foretype"];
  const searchPath = "/home/me/project/bin:bin:.:/usr/bin";
  const interpreter = "/home/me/project/.venv/bin/python";
  assert.deepEqual(at(files, { searchPath, interpreter, trusted: false }), ["path: /usr/bin/foretype"]);
  assert.equal(at(files, { searchPath })[0], "path: /home/me/project/bin/foretype");
});

test("Windows: its own separators, endings and launcher", () => {
  const files = ["C:\\Tools\\foretype.exe", "D:\\Python\\py.exe"];
  const windows = { platform: "win32", home: "C:\\Users\\me", folders: ["C:\\work"], trusted: false } as const;
  assert.deepEqual(at(files, { ...windows, searchPath: "C:\\Tools;D:\\Python;C:\\work\\bin" }), [
    "path: C:\\Tools\\foretype.exe",
    "python: D:\\Python\\py.exe -m foretype",
  ]);
});

for (const [answer, version] of [
  ["foretype 0.1.0\n", "0.1.0"],
  ["foretype 1.2.0rc1\r\n", "1.2.0rc1"],
  ["Python 3.11.7\n", undefined],
  ["", undefined],
  ["another foretype 0.1.0\n", undefined],
] as const) {
  test(`version in ${JSON.stringify(answer)}`, () => assert.equal(versionIn(answer), version));
}
