/**
 * Makes the private environment after the user has agreed, step by step in the log, and takes away what is half made.
 */

import { execFile } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import * as path from "node:path";
import * as vscode from "vscode";
import { environmentFolder, isNewEnough, OLDEST, PROBE, pythonIn, type Step, steps } from "./environment";
import { pythons, uv } from "./find";

const STEP_TIMEOUT_MS = 10 * 60_000;
const PROBE_TIMEOUT_MS = 15_000;
/** Written when the environment is whole. */
const READY = "ready";

/** The private environment of one version of the extension. */
export class PrivateEnvironment {
  private readonly folder: string;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
  ) {
    const version = String(context.extension.packageJSON.version);
    this.folder = environmentFolder(context.globalStorageUri.fsPath, version);
  }

  /** Its Python, "" where it is not made or only half made. */
  get python(): string {
    try {
      readFileSync(path.join(this.folder, READY));
      return pythonIn(this.folder, process.platform);
    } catch {
      return "";
    }
  }

  /** Whether this package of the extension has a server to install. */
  get possible(): boolean {
    return this.wheel() !== undefined;
  }

  /** Make it, with a progress notification that can be cancelled. Says what went wrong; true where it is there now. */
  async make(): Promise<boolean> {
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t("Setting up Foretype's server"),
      cancellable: true,
    };
    try {
      await vscode.window.withProgress(options, (progress, token) => this.run(progress, token));
      return true;
    } catch (error) {
      rmSync(this.folder, { recursive: true, force: true });
      if (!(error instanceof vscode.CancellationError)) {
        this.log.error(`The environment could not be made: ${String(error)}`);
        void this.tell(error instanceof Refusal ? error.message : vscode.l10n.t("Foretype's server could not be set up."));
      }
      return false;
    }
  }

  private async run(progress: vscode.Progress<{ message?: string }>, token: vscode.CancellationToken): Promise<void> {
    const wheel = this.wheel();
    if (wheel === undefined) {
      throw new Refusal(vscode.l10n.t("This package of Foretype holds no server; install it with pip or uv."));
    }
    const tool = await this.tool();
    rmSync(this.folder, { recursive: true, force: true });
    await mkdir(path.dirname(this.folder), { recursive: true });
    for (const step of steps(tool, this.folder, wheel, process.platform)) {
      progress.report({ message: vscode.l10n.t(step.title) });
      await this.step(step, token);
    }
    writeFileSync(path.join(this.folder, READY), "");
    this.removeOlder();
  }

  /** uv where it is there, since it brings a Python if need be; else the first Python that is new enough. */
  private async tool(): Promise<{ uv: string } | { python: string }> {
    const found = uv();
    if (found !== undefined) {
      return { uv: found };
    }
    for (const python of await pythons(this.log)) {
      const answer = await output(python, ["-I", "-c", PROBE]).catch((error: unknown) => String(error));
      if (isNewEnough(answer)) {
        return { python };
      }
      this.log.info(`Not usable for an environment: ${python}: ${answer.trim().split("\n").at(-1) ?? ""}`);
    }
    throw new Refusal(
      vscode.l10n.t("Foretype's server needs Python {0} or newer, with venv; none was found. Install Python or uv.", OLDEST.join(".")),
    );
  }

  private step({ command, args }: Step, token: vscode.CancellationToken): Promise<void> {
    this.log.info(`Runs: ${[command, ...args].join(" ")}`);
    return new Promise((resolve, reject) => {
      const options = { cwd: this.context.extensionPath, timeout: STEP_TIMEOUT_MS, windowsHide: true, maxBuffer: 1 << 26 };
      const child = execFile(command, args as string[], options, (error, stdout, stderr) => {
        cancelled.dispose();
        for (const line of `${stdout}\n${stderr}`.split("\n").filter((each) => each.trim())) {
          this.log.info(`  ${line}`);
        }
        if (token.isCancellationRequested) {
          reject(new vscode.CancellationError());
        } else if (error) {
          reject(new Error(error.message.split("\n")[0]));
        } else {
          resolve();
        }
      });
      const cancelled = token.onCancellationRequested(() => child.kill());
    });
  }

  private wheel(): string | undefined {
    const folder = path.join(this.context.extensionPath, "server");
    try {
      const name = readdirSync(folder).find((each) => /^foretype-.*\.whl$/.test(each));
      return name === undefined ? undefined : path.join(folder, name);
    } catch {
      return undefined;
    }
  }

  /** Environments of earlier versions are of no use any more. */
  private removeOlder(): void {
    const storage = path.dirname(this.folder);
    for (const name of readdirSync(storage)) {
      if (name.startsWith("server-") && path.join(storage, name) !== this.folder) {
        rmSync(path.join(storage, name), { recursive: true, force: true });
      }
    }
  }

  private async tell(message: string): Promise<void> {
    const show = vscode.l10n.t("Show Log");
    if ((await vscode.window.showErrorMessage(message, show)) === show) {
      this.log.show();
    }
  }
}

/** What the user can do something about, in a sentence. */
class Refusal extends Error {}

function output(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { timeout: PROBE_TIMEOUT_MS, windowsHide: true };
    execFile(command, args as string[], options, (error, stdout) => (error ? reject(error) : resolve(stdout)));
  });
}
