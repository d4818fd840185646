/**
 * A private environment for the server, in the extension's own folder: what it consists of and how it is made, as
 * plain data. Starts nothing and knows nothing of VS Code.
 */

import * as path from "node:path";
import { english, type Translate } from "./words";

/** One program to run. `title` is said to the user while it runs. */
export interface Step {
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** The oldest Python that the server runs on. */
export const OLDEST: readonly [number, number] = [3, 10];

/** What a Python prints that can make the environment: its version, or nothing where it has no `venv`. */
export const PROBE = "import sys, venv, ensurepip; print('python %d.%d' % sys.version_info[:2])";

/** Whether the answer to `PROBE` is that of a Python that is new enough. */
export function isNewEnough(answer: string): boolean {
  const found = /^python (\d+)\.(\d+)\s*$/.exec(answer);
  const [major, minor] = [Number(found?.[1]), Number(found?.[2])];
  return found !== null && (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]));
}

/** The environment's folder: one for each version, so that an update never changes one that runs. */
export function environmentFolder(storage: string, version: string): string {
  return path.join(storage, `server-${version}`);
}

/** The Python in an environment. */
export function pythonIn(folder: string, platform: NodeJS.Platform): string {
  return platform === "win32" ? path.win32.join(folder, "Scripts", "python.exe") : path.posix.join(folder, "bin", "python");
}

/** What makes an environment: uv, or a Python with the script that installs by it. */
export type Tool = { readonly uv: string } | { readonly python: string; readonly script: string };

/**
 * The steps that make the environment and put the wheel into it. With `uv` all that it may need is there in seconds.
 * A Python alone does it too, without a pip in the environment, and with what the first suggestion needs and no more:
 * see `later`. Packages come from the index that the user has configured for pip or uv.
 */
export function steps(tool: Tool, folder: string, wheel: string, platform: NodeJS.Platform, t: Translate = english): Step[] {
  const inside = pythonIn(folder, platform);
  const made = t("Making the environment");
  const installed = t("Installing the server");
  if ("uv" in tool) {
    const wanted = `foretype[grammars] @ ${fileAddress(wheel, platform)}`;
    const oldest = `>=${OLDEST.join(".")}`;
    return [
      { title: made, command: tool.uv, args: ["venv", "--clear", "--no-project", "--python", oldest, folder] },
      { title: installed, command: tool.uv, args: ["pip", "install", "--no-config", "--python", inside, wanted] },
    ];
  }
  return [
    { title: made, command: tool.python, args: ["-I", "-m", "venv", "--without-pip", "--clear", folder] },
    { title: installed, command: inside, args: ["-I", tool.script, "first", wheel] },
  ];
}

/** The steps that are left when suggestions are there already: what models and grammars need. */
export function later(script: string, folder: string, wheel: string, platform: NodeJS.Platform, t: Translate = english): Step[] {
  return [{ title: t("Installing what models need"), command: pythonIn(folder, platform), args: ["-I", script, "rest", wheel] }];
}

/** A file's address, which a requirement needs where a path may hold spaces. */
function fileAddress(file: string, platform: NodeJS.Platform): string {
  const parts = file.split(platform === "win32" ? /[\\/]/ : "/").map((part, place) =>
    // The drive's colon stays.
    place === 0 && platform === "win32" ? part : encodeURIComponent(part),
  );
  return platform === "win32" ? `file:///${parts.join("/")}` : `file://${parts.join("/")}`;
}
