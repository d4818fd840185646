/**
 * Finds the server: tries each place of locate.ts by asking it for its version, and says every step in the log.
 */

import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { homedir } from "node:os";
import * as vscode from "vscode";
import { type Candidate, candidates, onPath, pythonCommands, type Surroundings, versionIn } from "./locate";

const VERSION_TIMEOUT_MS = 15_000;

/** A server that answered. */
export interface Found extends Candidate {
  readonly version: string;
}

/**
 * The first candidate that says it is the server, undefined where none does. `setting` is the path that the user set,
 * and `ours` the Python of the private environment, "" where there is none. `cwd` must be a folder that nobody but
 * the extension writes to: Python looks for modules in the folder that it is started in.
 */
export async function findServer(
  setting: string,
  ours: string,
  cwd: string,
  log: vscode.LogOutputChannel,
): Promise<Found | undefined> {
  for (const candidate of candidates(await surroundings(setting, ours, log))) {
    const line = [candidate.command, ...candidate.args, "--version"].join(" ");
    try {
      const answer = await run(candidate, cwd);
      const version = versionIn(answer);
      if (version !== undefined) {
        log.info(`Found by ${candidate.origin}: ${line} -> ${version}`);
        return { ...candidate, version };
      }
      log.info(`Not the server (${candidate.origin}): ${line} answers something else.`);
    } catch (error) {
      log.info(`Not there (${candidate.origin}): ${line}: ${reason(error)}`);
    }
  }
  return undefined;
}

/** Tells when the user selects another Python; nothing where the Python extension is not there or not active. */
export function onDidChangeInterpreter(listener: () => void): vscode.Disposable {
  const changed = pythonEnvironments()?.onDidChangeActiveEnvironmentPath;
  return typeof changed === "function" ? changed(listener) : new vscode.Disposable(() => undefined);
}

/** Pythons that may make an environment, the best first. */
export async function pythons(log: vscode.LogOutputChannel): Promise<string[]> {
  return pythonCommands(await surroundings("", "", log));
}

/** The command uv, undefined where it is not there. */
export function uv(): string | undefined {
  return onPath(["uv"], machine("", ""))[0];
}

async function surroundings(setting: string, ours: string, log: vscode.LogOutputChannel): Promise<Surroundings> {
  const here = machine(setting, ours);
  return here.trusted ? { ...here, interpreter: await interpreter(log) } : here;
}

function machine(setting: string, ours: string): Surroundings {
  return {
    platform: process.platform,
    home: homedir(),
    searchPath: process.env["PATH"] ?? process.env["Path"] ?? "",
    setting,
    interpreter: "",
    ours,
    folders: (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath),
    trusted: vscode.workspace.isTrusted,
    isFile,
  };
}

/** The part of the Python extension's public API that is used here. */
interface PythonEnvironments {
  getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
  resolveEnvironment(path: {
    readonly path: string;
  }): Promise<{ readonly executable: { readonly uri?: vscode.Uri } } | undefined>;
  readonly onDidChangeActiveEnvironmentPath?: vscode.Event<unknown>;
}

async function interpreter(log: vscode.LogOutputChannel): Promise<string> {
  const extension = vscode.extensions.getExtension("ms-python.python");
  if (extension === undefined) {
    return "";
  }
  try {
    await extension.activate();
    const environments = pythonEnvironments();
    const active = environments?.getActiveEnvironmentPath(vscode.workspace.workspaceFolders?.[0]?.uri);
    const resolved = active && (await environments?.resolveEnvironment(active));
    return resolved?.executable.uri?.fsPath ?? "";
  } catch (error) {
    log.info(`The Python extension names no interpreter: ${reason(error)}`);
    return "";
  }
}

function pythonEnvironments(): PythonEnvironments | undefined {
  const extension = vscode.extensions.getExtension<{ readonly environments?: PythonEnvironments }>("ms-python.python");
  return extension?.isActive ? extension.exports?.environments : undefined;
}

function run({ command, args }: Candidate, cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd, timeout: VERSION_TIMEOUT_MS, windowsHide: true };
    execFile(command, [...args, "--version"], options, (error, stdout) => (error ? reject(error) : resolve(stdout)));
  });
}

function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split("\n").at(-1) ?? text;
}

function isFile(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
