/**
 * Makes the private environment after the user has agreed, step by step in the log, and takes away what is half made.
 */

import { execFile } from "node:child_process";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import * as path from "node:path";
import * as vscode from "vscode";
import { claim, release } from "./claim";
import { environmentFolder, isNewEnough, later, OLDEST, PROBE, pythonIn, type Step, steps, type Tool } from "./environment";
import { type Failure, failureIn, unfitness } from "./failures";
import { pythons, uv } from "./find";
import { runStep, StepFailure } from "./steps";

const PROBE_TIMEOUT_MS = 15_000;
const WAIT_MS = 500;
/** Written when suggestions can come from the environment, and when models can be asked from it too. */
const READY = "ready";
const WHOLE = "whole";

/** The private environment of one version of the extension. */
export class PrivateEnvironment {
  /** What models need is being installed now. */
  completing = false;
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
    return existsSync(path.join(this.folder, READY)) ? pythonIn(this.folder, process.platform) : "";
  }

  /** Whether suggestions can come from it, but no model can be asked yet. */
  get lacking(): boolean {
    return this.python !== "" && !existsSync(path.join(this.folder, WHOLE));
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
      return await vscode.window.withProgress(options, (progress, token) => this.made(progress, token));
    } catch (error) {
      this.log.error(`The environment could not be made: ${String(error)}`);
      void this.tell(error instanceof Refusal ? error.message : this.inWords(error));
      return false;
    }
  }

  /**
   * Install what only models and grammars need, behind the user's back: suggestions are there already. True where that
   * was done now. A failure is said where a model waits for it, else it is for the log; the next start tries again.
   */
  async complete(awaited: boolean): Promise<boolean> {
    const wheel = this.wheel();
    if (!this.lacking || wheel === undefined) {
      return false;
    }
    this.completing = true;
    try {
      const never = new AbortController();
      if (!claim(this.claimed)) {
        await this.madeElsewhere(never.signal);
        return !this.lacking;
      }
      try {
        for (const step of later(this.script, this.folder, wheel, process.platform, vscode.l10n.t)) {
          await this.run(step, never.signal);
        }
        writeFileSync(path.join(this.folder, WHOLE), "");
      } finally {
        release(this.claimed);
      }
      return true;
    } catch (error) {
      this.log.error(`Models and grammars cannot be used yet; the next start tries again. ${String(error)}`);
      if (awaited) {
        void this.tell(this.inWords(error));
      }
      return false;
    } finally {
      this.completing = false;
    }
  }

  private async made(progress: vscode.Progress<{ message?: string }>, token: vscode.CancellationToken): Promise<boolean> {
    const aborting = new AbortController();
    token.onCancellationRequested(() => aborting.abort());
    await mkdir(path.dirname(this.folder), { recursive: true });
    if (!claim(this.claimed)) {
      progress.report({ message: vscode.l10n.t("Another window is doing it.") });
      return this.madeElsewhere(aborting.signal);
    }
    try {
      if (await this.answers()) {
        return true;
      }
      await this.fill(progress, aborting.signal);
      return !aborting.signal.aborted;
    } finally {
      if (this.python === "") {
        rmSync(this.folder, { recursive: true, force: true });
      }
      release(this.claimed);
    }
  }

  private async fill(progress: vscode.Progress<{ message?: string }>, signal: AbortSignal): Promise<void> {
    const wheel = this.wheel();
    if (wheel === undefined) {
      throw new Refusal(vscode.l10n.t("This package of Foretype holds no server; install it with pip or uv."));
    }
    const tool = await this.tool();
    rmSync(this.folder, { recursive: true, force: true });
    for (const step of steps(tool, this.folder, wheel, process.platform, vscode.l10n.t)) {
      progress.report({ message: step.title });
      await this.run(step, signal);
      if (signal.aborted) {
        return;
      }
    }
    writeFileSync(path.join(this.folder, READY), "");
    if ("uv" in tool) {
      writeFileSync(path.join(this.folder, WHOLE), "");
    }
    this.removeOlder();
  }

  private async madeElsewhere(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      if (claim(this.claimed)) {
        release(this.claimed);
        return this.python !== "";
      }
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
    return false;
  }

  /** Whether it is there and works: another window may have made it while the user was asked here. */
  private async answers(): Promise<boolean> {
    const { python } = this;
    return python !== "" && (await output(python, ["-I", "-m", "foretype", "--version"]).then(() => true, () => false));
  }

  private run(step: Step, signal: AbortSignal): Promise<void> {
    return runStep(step, { cwd: this.context.extensionPath, signal, say: (line) => this.log.info(line) });
  }

  /** uv where it is there, since it brings a Python if need be; else the first Python that is new enough. */
  private async tool(): Promise<Tool> {
    const found = uv();
    if (found !== undefined) {
      return { uv: found };
    }
    const unfit: string[] = [];
    for (const python of await pythons(this.log)) {
      const answer = await output(python, ["-I", "-c", PROBE]).catch((error: unknown) => String(error));
      if (isNewEnough(answer)) {
        return { python, script: this.script };
      }
      unfit.push(`${python}: ${unfitness(answer, vscode.l10n.t)}`);
      this.log.info(`Not usable for an environment: ${unfit.at(-1)}`);
    }
    throw new Refusal(noPython(unfit));
  }

  private inWords(error: unknown): string {
    const t = vscode.l10n.t;
    const said = error instanceof StepFailure ? error.said : String(error);
    const words: Record<Failure, string> = {
      network: t("The packages of Foretype's server could not be fetched. Check the network, the proxy and pip's package index."),
      unwritable: t("Foretype's server could not be set up, since {0} cannot be written. Install it elsewhere and set its path.", this.folder),
      full: t("Foretype's server could not be set up: the disk is full."),
      wheels: t("A package of Foretype's server is not made for this Python. Install an older Python (3.10 to 3.13), or uv."),
      unknown: t("Foretype's server could not be set up; the log says why."),
    };
    return words[failureIn(said)];
  }

  private get script(): string {
    return path.join(this.context.extensionPath, "setup", "install.py");
  }

  private get claimed(): string {
    return `${this.folder}.claimed`;
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
      if (/^server-\d/.test(name) && !path.join(storage, name).startsWith(this.folder)) {
        rmSync(path.join(storage, name), { recursive: true, force: true });
      }
    }
  }

  private async tell(message: string): Promise<void> {
    const [again, show] = [vscode.l10n.t("Try Again"), vscode.l10n.t("Show Log")];
    const chosen = await vscode.window.showErrorMessage(message, again, show);
    if (chosen === show) {
      this.log.show();
    } else if (chosen === again) {
      await vscode.commands.executeCommand("foretype.setUp");
    }
  }
}

/** What the user can do something about, in a sentence. */
class Refusal extends Error {}

function noPython(unfit: readonly string[]): string {
  const t = vscode.l10n.t;
  const wanted = t("Foretype's server needs Python {0} or newer, with venv, or uv.", OLDEST.join("."));
  return unfit.length === 0 ? `${wanted} ${t("None was found.")}` : `${wanted} ${t("Found: {0}.", unfit[0] ?? "")}`;
}

function output(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { timeout: PROBE_TIMEOUT_MS, windowsHide: true };
    execFile(command, args as string[], options, (error, stdout) => (error ? reject(error) : resolve(stdout)));
  });
}
