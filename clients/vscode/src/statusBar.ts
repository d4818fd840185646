/**
 * The one item in the status bar, and its menu.
 */

import * as path from "node:path";
import * as vscode from "vscode";
import { presented, type Shown } from "./presentation";

export function createStatusBarItem(): vscode.StatusBarItem {
  const item = vscode.window.createStatusBarItem("foretype.status", vscode.StatusBarAlignment.Right, 100);
  item.name = "Foretype";
  item.command = "foretype.showMenu";
  return item;
}

/** Bring the item in line with what it is about. */
export function show(item: vscode.StatusBarItem, shown: Shown): void {
  const { icon, sentence } = presented(shown, vscode.l10n.t);
  item.text = `$(${icon}) Foretype`;
  item.tooltip = `Foretype: ${sentence}`;
  item.accessibilityInformation = { label: item.tooltip, role: "button" };
  item.show();
}

/** What the menu says and does beside what the item shows. */
export interface Menu {
  readonly shown: Shown;
  readonly language: string | undefined;
  /** The model's name, "" where the embedded engine answers. */
  readonly model: string;
  readonly snoozed: boolean;
  /** A line on today's use; undefined where the server does not say. */
  readonly usage: string | undefined;
}

type Item = vscode.QuickPickItem & { readonly command?: string; readonly argument?: unknown };

/** The menu: what is the case, and what can be done about it. */
export async function showMenu(menu: Menu): Promise<void> {
  const { sentence } = presented(menu.shown, vscode.l10n.t);
  const chosen = await vscode.window.showQuickPick(items(menu), { title: "Foretype", placeHolder: sentence });
  if (chosen?.command !== undefined) {
    await vscode.commands.executeCommand(chosen.command, ...(chosen.argument === undefined ? [] : [chosen.argument]));
  }
}

function items({ shown, language, model, snoozed, usage }: Menu): Item[] {
  const t = vscode.l10n.t;
  const list: Item[] = shown.problems.map(({ message, remedy, origin }) => ({
    label: `$(warning) ${message}`,
    detail: `${remedy} (${origin})`,
    ...place(origin),
  }));
  list.push(
    shown.off
      ? { label: `$(play) ${t("Turn On in This Window")}`, command: "foretype.toggle" }
      : { label: `$(debug-pause) ${t("Turn Off in This Window")}`, command: "foretype.toggle" },
  );
  if (language !== undefined) {
    const label = shown.languageOn ? t("Turn Off for {0}", language) : t("Turn On for {0}", language);
    list.push({ label: `$(code) ${label}`, command: "foretype.switchLanguage" });
  }
  if (shown.phase === "running") {
    list.push(
      snoozed
        ? { label: `$(bell) ${t("End the Snooze")}`, command: "foretype.resume" }
        : { label: `$(bell-slash) ${t("Snooze...")}`, command: "foretype.snoozeFor" },
    );
  }
  list.push({
    label: `$(server-environment) ${t("Model: {0}", model || t("none, suggestions from your own code"))}`,
    command: "foretype.chooseModel",
  });
  if (usage !== undefined) {
    list.push({ label: `$(graph) ${usage}`, command: "foretype.showUsage" });
  }
  return [
    ...list,
    { label: `$(key) ${t("Set API Key...")}`, command: "foretype.setApiKey" },
    { label: `$(checklist) ${t("Check the Setup")}`, command: "foretype.check" },
    { label: `$(gear) ${t("Settings")}`, command: "workbench.action.openSettings", argument: "foretype" },
    { label: `$(output) ${t("Show Log")}`, command: "foretype.showLog" },
    { label: `$(debug-restart) ${t("Restart Server")}`, command: "foretype.restart" },
  ];
}

/** Where a problem of the settings can be mended: in its file, or in the editor's settings. */
function place(origin: string): Pick<Item, "command" | "argument"> {
  return path.isAbsolute(origin)
    ? { command: "vscode.open", argument: vscode.Uri.file(origin) }
    : { command: "workbench.action.openSettings", argument: "foretype" };
}
