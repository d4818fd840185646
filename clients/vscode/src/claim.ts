/** One window makes the environment, the others wait for it. Knows nothing of VS Code. */

import { readFileSync, rmSync, writeFileSync } from "node:fs";

/** Those of this process: a number alone may be that of one that has ended. */
const held = new Set<string>();

/** Take the claim of this process to a file; false where a process that lives has it. */
export function claim(file: string, alive: (pid: number) => boolean = isAlive): boolean {
  for (let tries = 0; tries < 2; tries++) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      held.add(file);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
        throw error;
      }
    }
    const holder = Number(read(file));
    if (held.has(file) || (holder > 0 && holder !== process.pid && alive(holder))) {
      return false;
    }
    // Its window was closed in the middle of it.
    rmSync(file, { force: true });
  }
  return false;
}

/** Give the claim back. */
export function release(file: string): void {
  held.delete(file);
  rmSync(file, { force: true });
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
