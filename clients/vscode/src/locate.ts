/**
 * Where a server may be, in the order in which it is looked for. Starts nothing and knows nothing of VS Code.
 *
 * A folder that the user has not trusted must not decide what is run: relative places on PATH, and those inside the
 * workspace, are left out there, and so is its interpreter.
 */

import * as path from "node:path";

/** A command that may be the server, and where it comes from, for the log. */
export interface Candidate {
  readonly command: string;
  readonly args: readonly string[];
  readonly origin: "setting" | "path" | "interpreter" | "private" | "python";
}

/** What is known about this machine and window. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** The value of PATH. */
  readonly searchPath: string;
  /** `foretype.server.path`, "" where it is not set. */
  readonly setting: string;
  /** The Python that the user selected in VS Code, "" where there is none. */
  readonly interpreter: string;
  /** The Python of the environment that the extension has made, "" where there is none. */
  readonly ours: string;
  readonly folders: readonly string[];
  readonly trusted: boolean;
  readonly isFile: (file: string) => boolean;
}

const PYTHONS = {
  windows: ["py", "python"],
  others: ["python3", "python"],
  newest: ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10", "python"],
} as const;

/** Candidates from the best to the last resort. A setting stands alone: whoever set it wants no other. */
export function candidates(where: Surroundings): Candidate[] {
  if (where.setting) {
    return [{ command: expanded(where.setting, where), args: [], origin: "setting" }];
  }
  const found: Candidate[] = [];
  const module = ["-m", "foretype"];
  for (const command of onPath(["foretype"], where)) {
    found.push({ command, args: [], origin: "path" });
  }
  if (where.interpreter && where.trusted) {
    found.push({ command: where.interpreter, args: module, origin: "interpreter" });
  }
  if (where.ours) {
    // Isolated: neither the user's variables nor the folder that it is started in can put other modules in front.
    found.push({ command: where.ours, args: ["-I", ...module], origin: "private" });
  }
  for (const command of onPath(PYTHONS[where.platform === "win32" ? "windows" : "others"], where)) {
    found.push({ command, args: module, origin: "python" });
  }
  return found;
}

/** Pythons from the best to the last resort, whether or not they have the server. */
export function pythonCommands(where: Surroundings): string[] {
  const selected = where.interpreter && where.trusted ? [where.interpreter] : [];
  return [...selected, ...onPath(PYTHONS[where.platform === "win32" ? "windows" : "newest"], where)];
}

/** The version in the answer to `--version`, undefined where it is not this server's. */
export function versionIn(answer: string): string | undefined {
  return /^foretype (\d+\.\d+\S*)\s*$/.exec(answer)?.[1];
}

function expanded(setting: string, { home, folders, platform }: Surroundings): string {
  const paths = platform === "win32" ? path.win32 : path.posix;
  const first = folders[0] ?? home;
  const text = setting.replaceAll("${workspaceFolder}", first).replaceAll("${userHome}", home);
  return text === "~" || /^~[\\/]/.test(text) ? paths.join(home, text.slice(1)) : text;
}

/** The first place of each name, in the order of the names. */
export function onPath(names: readonly string[], where: Surroundings): string[] {
  const windows = where.platform === "win32";
  const paths = windows ? path.win32 : path.posix;
  const folders = where.searchPath.split(windows ? ";" : ":").filter((folder) => allowed(folder, where));
  if (!windows) {
    // Where pip, pipx and uv put commands; an editor started from the desktop often has it not on its PATH.
    folders.push(paths.join(where.home, ".local", "bin"));
  }
  const ending = windows ? ".exe" : "";
  return names.flatMap((name) => {
    const file = folders.map((folder) => paths.join(folder, name + ending)).find((each) => where.isFile(each));
    return file === undefined ? [] : [file];
  });
}

function allowed(folder: string, { platform, folders, trusted }: Surroundings): boolean {
  const paths = platform === "win32" ? path.win32 : path.posix;
  if (!paths.isAbsolute(folder)) {
    return false;
  }
  return trusted || !folders.some((outer) => isInside(paths.relative(outer, folder), paths));
}

function isInside(relative: string, paths: path.PlatformPath): boolean {
  return relative !== ".." && !relative.startsWith(`..${paths.sep}`) && !paths.isAbsolute(relative);
}
