/** Runs one program after another and hands on what they say. Knows nothing of VS Code. */

import { spawn } from "node:child_process";
import type { Step } from "./environment";

const STEP_TIMEOUT_MS = 10 * 60_000;

export interface Surroundings {
  /** A folder that nobody but the extension writes to. */
  readonly cwd: string;
  /** Ends the program that runs. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** A program that failed. `said` is all that it wrote. */
export class StepFailure extends Error {
  constructor(
    step: Step,
    reason: string,
    readonly said: string,
  ) {
    super(`${step.command}: ${reason}`);
  }
}

/** Run a step to its end. Raises StepFailure; with an aborted signal it just ends. */
export function runStep(step: Step, { cwd, signal, say }: Surroundings): Promise<void> {
  const began = Date.now();
  say(`Runs: ${[step.command, ...step.args].join(" ")}`);
  return new Promise((resolve, reject) => {
    let said = "";
    const options = { cwd, signal, windowsHide: true, stdio: ["ignore", "pipe", "pipe"] as ["ignore", "pipe", "pipe"] };
    const child = spawn(step.command, step.args as string[], options);
    // Node's own timer runs on where a program could not be started at all.
    const timer = setTimeout(() => child.kill(), STEP_TIMEOUT_MS);
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      for (const line of chunk.toString().split("\n").filter((each) => each.trim())) {
        say(`  ${line}`);
      }
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("error", (error) => {
      clearTimeout(timer);
      if (signal.aborted) {
        resolve();
      } else {
        reject(new StepFailure(step, error.message, `${said}\n${error.message}`));
      }
    });
    child.on("close", (code, killed) => {
      clearTimeout(timer);
      say(`  ${((Date.now() - began) / 1000).toFixed(1)} s`);
      if (code === 0 || signal.aborted) {
        resolve();
      } else {
        reject(new StepFailure(step, killed ? `ended by ${killed}` : `exit code ${code}`, said));
      }
    });
  });
}
