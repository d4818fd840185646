/**
 * The one item in the status bar, and its menu.
 */

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
  const { icon, sentence } = presented(shown);
  item.text = `$(${icon}) Foretype`;
  item.tooltip = `Foretype: ${vscode.l10n.t(sentence)}`;
  item.accessibilityInformation = { label: item.tooltip, role: "button" };
  item.show();
}

/** The menu: what is the case, and what can be done about it. */
export async function showMenu(shown: Shown, language: string | undefined): Promise<void> {
  type Item = vscode.QuickPickItem & { readonly command: string; readonly argument?: string };
  const t = vscode.l10n.t;
  const items: Item[] = [
    shown.off
      ? { label: `$(play) ${t("Turn On in This Window")}`, command: "foretype.toggle" }
      : { label: `$(debug-pause) ${t("Turn Off in This Window")}`, command: "foretype.toggle" },
  ];
  if (language !== undefined) {
    const label = shown.languageOn ? t("Turn Off for {0}", language) : t("Turn On for {0}", language);
    items.push({ label: `$(code) ${label}`, command: "foretype.toggleLanguage" });
  }
  items.push(
    { label: `$(key) ${t("Set API Key...")}`, command: "foretype.setApiKey" },
    { label: `$(gear) ${t("Settings")}`, command: "workbench.action.openSettings", argument: "foretype" },
    { label: `$(output) ${t("Show Log")}`, command: "foretype.showLog" },
    { label: `$(debug-restart) ${t("Restart Server")}`, command: "foretype.restart" },
  );
  const { sentence } = presented(shown);
  const chosen = await vscode.window.showQuickPick(items, { title: "Foretype", placeHolder: vscode.l10n.t(sentence) });
  if (chosen !== undefined) {
    await vscode.commands.executeCommand(chosen.command, ...(chosen.argument === undefined ? [] : [chosen.argument]));
  }
}
