/**
 * The extension: builds its parts once, wires them to the editor, and registers the commands.
 */

import * as vscode from "vscode";
import { run, runForAll, TASKS, writeCommitMessage } from "./actions";
import { Configuration } from "./configuration";
import { onDidChangeInterpreter } from "./find";
import { Keys } from "./keys";
import { chooseModel, output } from "./model";
import type { Shown } from "./presentation";
import { Server } from "./server";
import { PrivateEnvironment } from "./setup";
import { createStatusBarItem, show, showMenu } from "./statusBar";
import { inWords, todayIn } from "./usage";

/** Where it is kept that the user turned suggestions off in this window. */
const OFF = "foretype.off";
const SETTLE_MS = 500;
/** Files that the server reads settings from, in a project's folder and in the user's own. */
const SETTINGS_FILE = /\/(\.?foretype|pyproject|foretype\/config)\.toml$/;

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("Foretype", { log: true });
  const configuration = new Configuration(context.extension);
  const keys = new Keys(context.secrets, log);
  const isOff = (): boolean => context.workspaceState.get(OFF, false);
  const environment = new PrivateEnvironment(context, log);
  const running = new Server({ id: context.extension.id, configuration, keys, environment, log, cwd: context.extensionPath, isOff });
  server = running;
  const item = createStatusBarItem();
  const language = (): string | undefined => vscode.window.activeTextEditor?.document.languageId;
  const shown = (): Shown => ({
    phase: running.phase,
    status: running.status,
    problems: running.problems,
    completing: environment.completing && running.program?.origin === "private",
    off: isOff(),
    languageOn: configuration.languageEnabled(language() ?? "*"),
  });
  const refresh = (): void => {
    show(item, shown());
    const { baseUrl, name } = configuration.model();
    void vscode.commands.executeCommand("setContext", "foretype.hasModel", running.phase === "running" && baseUrl !== "" && name !== "");
  };

  /** What only models need comes after the first suggestion; a model that waited for it is connected to then. */
  const complete = async (): Promise<void> => {
    const hasModel = (): boolean => running.program?.origin === "private" && configuration.model().baseUrl !== "";
    const done = environment.complete(hasModel());
    refresh();
    if ((await done) && hasModel()) {
      await running.restart("what models need is installed");
    }
    refresh();
  };

  const command = (name: string, action: () => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`foretype.${name}`, action);
  context.subscriptions.push(
    log,
    item,
    running,
    running.onDidChange(refresh),
    vscode.window.onDidChangeActiveTextEditor(refresh),
    command("dismiss", () => running.reports.dismissed()),
    command("showMenu", async () => {
      const today = todayIn(await running.ask("foretype/usage", { days: 1 }));
      await showMenu({
        shown: shown(),
        language: language(),
        model: configuration.model().baseUrl && configuration.model().name,
        snoozed: running.status.message.startsWith("Snoozed"),
        usage: today && inWords(today, vscode.l10n.t),
      });
    }),
    command("snoozeFor", () => snooze()),
    command("chooseModel", () => chooseModel(running.program, keys)),
    command("check", async () => tell(running, log, ["check"], await asConfigured(configuration, keys))),
    command("showUsage", () => tell(running, log, ["stats"], {})),
    command("openWalkthrough", () => openWalkthrough(context.extension.id, running)),
    command("restart", () => running.restart("asked for by command")),
    command("showLog", () => log.show()),
    command("setApiKey", () => keys.set()),
    command("setUp", async () => {
      if (running.phase === "running" && !environment.lacking) {
        const where = running.program?.command ?? "";
        void vscode.window.showInformationMessage(vscode.l10n.t("Foretype's server is set up already and runs: {0}", where));
        return;
      }
      if (running.phase !== "running" && (await environment.make())) {
        await running.restart("it has been set up");
      }
      await complete();
    }),
    command("clearApiKey", () => keys.clear()),
    command("toggle", async () => {
      await context.workspaceState.update(OFF, !isOff());
      await vscode.commands.executeCommand("editor.action.inlineSuggest.hide");
      refresh();
    }),
    command("switchLanguage", async () => {
      await configuration.toggleLanguage(language() ?? "*");
      refresh();
    }),
    ...Object.entries(TASKS).map(([name, task]) => command(name, () => run(task))),
    vscode.commands.registerCommand("foretype.documentAll", (clicked?: vscode.Uri, selected?: vscode.Uri[]) =>
      runForAll("document", clicked, selected),
    ),
    vscode.commands.registerCommand("foretype.writeCommitMessage", (control?: Parameters<typeof writeCommitMessage>[0]) =>
      writeCommitMessage(control),
    ),
    ...watched(running, keys, refresh),
  );
  refresh();
  // The editor does not wait for it: finding the server may take as long as a Python needs to start.
  void running.restart("the window opened").then(complete);
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

/** Open the walkthrough. VS Code ticks a step when its condition comes true, not where it is true already. */
async function openWalkthrough(extension: string, running: Server): Promise<void> {
  await vscode.commands.executeCommand("setContext", "foretype.running", false);
  await vscode.commands.executeCommand("workbench.action.openWalkthrough", `${extension}#start`, false);
  setTimeout(() => running.sayWhetherItRuns(), SETTLE_MS);
}

/** Ask for how long, and have the server be silent for that time. */
async function snooze(): Promise<void> {
  const lengths = [5, 15, 60, 480].map((minutes) => ({
    label: minutes < 60 ? vscode.l10n.t("{0} minutes", minutes) : vscode.l10n.t("{0} hours", minutes / 60),
    minutes,
  }));
  const title = vscode.l10n.t("Foretype: no suggestions for");
  const chosen = await vscode.window.showQuickPick(lengths, { title });
  if (chosen !== undefined) {
    await vscode.commands.executeCommand("foretype.snooze", chosen.minutes);
  }
}

/** The model as it is configured here, for a command of the server's that reads its own environment. */
async function asConfigured(configuration: Configuration, keys: Keys): Promise<NodeJS.ProcessEnv> {
  const { baseUrl, name } = configuration.model();
  const key = baseUrl ? await keys.get(baseUrl) : undefined;
  return {
    ...(baseUrl ? { FORETYPE_BASE_URL: baseUrl, FORETYPE_MODEL: name } : {}),
    ...(key === undefined ? {} : { FORETYPE_API_KEY: key }),
  };
}

/** Run a command of the server's and show in the log what it says. */
async function tell(running: Server, log: vscode.LogOutputChannel, args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  log.show();
  if (running.program === undefined) {
    log.warn("There is no server to ask. Run Foretype: Set Up the Server.");
    return;
  }
  try {
    log.info(`foretype ${args.join(" ")}\n${await output(running.program, args, env)}`);
  } catch (error) {
    log.error(`foretype ${args.join(" ")} failed: ${String(error)}`);
  }
}

/** What outside the server changes it. */
function watched(running: Server, keys: Keys, refresh: () => void): vscode.Disposable[] {
  let timer: NodeJS.Timeout | undefined;
  return [
    new vscode.Disposable(() => clearTimeout(timer)),
    vscode.workspace.onDidGrantWorkspaceTrust(() => running.trustGranted()),
    keys.onDidChange(() => running.restart("a key changed")),
    vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      if (SETTINGS_FILE.test(uri.path)) {
        running.settingsSaved();
      }
    }),
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
