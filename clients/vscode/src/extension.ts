/**
 * The extension: builds its parts once, wires them to the editor, and registers the commands.
 */

import * as vscode from "vscode";
import { Configuration } from "./configuration";
import { onDidChangeInterpreter } from "./find";
import { Keys } from "./keys";
import type { Shown } from "./presentation";
import { Server } from "./server";
import { createStatusBarItem, show, showMenu } from "./statusBar";

/** Where it is kept that the user turned suggestions off in this window. */
const OFF = "foretype.off";
const SETTLE_MS = 500;

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("Foretype", { log: true });
  const configuration = new Configuration(context.extension);
  const keys = new Keys(context.secrets, log);
  const isOff = (): boolean => context.workspaceState.get(OFF, false);
  const running = new Server({ configuration, keys, log, cwd: context.extensionPath, isOff });
  server = running;
  const item = createStatusBarItem();
  const language = (): string | undefined => vscode.window.activeTextEditor?.document.languageId;
  const shown = (): Shown => ({
    phase: running.phase,
    status: running.status,
    off: isOff(),
    languageOn: configuration.languageEnabled(language() ?? "*"),
  });
  const refresh = (): void => show(item, shown());

  const command = (name: string, action: () => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`foretype.${name}`, action);
  context.subscriptions.push(
    log,
    item,
    running,
    running.onDidChange(refresh),
    vscode.window.onDidChangeActiveTextEditor(refresh),
    command("showMenu", () => showMenu(shown(), language())),
    command("restart", () => running.restart("asked for by command")),
    command("showLog", () => log.show()),
    command("setApiKey", () => keys.set()),
    command("clearApiKey", () => keys.clear()),
    command("toggle", async () => {
      await context.workspaceState.update(OFF, !isOff());
      await vscode.commands.executeCommand("editor.action.inlineSuggest.hide");
      refresh();
    }),
    command("toggleLanguage", async () => {
      await configuration.toggleLanguage(language() ?? "*");
      refresh();
    }),
    ...watched(running, keys, refresh),
  );
  refresh();
  // The editor does not wait for it: finding the server may take as long as a Python needs to start.
  void running.restart("the window opened");
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

/** What outside the server changes it. */
function watched(running: Server, keys: Keys, refresh: () => void): vscode.Disposable[] {
  let timer: NodeJS.Timeout | undefined;
  return [
    new vscode.Disposable(() => clearTimeout(timer)),
    vscode.workspace.onDidGrantWorkspaceTrust(() => running.trustGranted()),
    keys.onDidChange(() => running.restart("a key changed")),
    onDidChangeInterpreter(() => running.interpreterChanged()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration("foretype")) {
        return;
      }
      refresh();
      // Settings are often written key by key while somebody types them; the last one counts.
      clearTimeout(timer);
      timer = setTimeout(() => void running.configurationChanged(), SETTLE_MS);
    }),
  ];
}
