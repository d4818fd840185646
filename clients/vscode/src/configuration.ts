/**
 * Reads and writes the editor's settings; what they mean for the server is for settings.ts to say.
 */

import * as vscode from "vscode";
import { languageEnabled, serverKeys, switchedLanguage, type Values, type Written, written } from "./settings";

/** The extension's settings in this window. */
export class Configuration {
  private readonly keys: readonly string[];

  constructor(extension: vscode.Extension<unknown>) {
    const sections = extension.packageJSON.contributes.configuration as { properties: Values }[];
    this.keys = serverKeys(sections.flatMap((section) => Object.keys(section.properties)));
  }

  /** What somebody wrote, without defaults. */
  written(): Written {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const settings = vscode.workspace.getConfiguration("foretype", folder ?? null);
    return written(this.keys, (key) => settings.inspect(key));
  }

  /** The path of the server that the user set, "" where it is to be looked for. */
  serverPath(): string {
    return vscode.workspace.getConfiguration("foretype").get<string>("server.path", "").trim();
  }

  /** The configured model, "" where there is none. An address without a name is no model. */
  model(): { readonly baseUrl: string; readonly name: string } {
    const settings = vscode.workspace.getConfiguration("foretype");
    return { baseUrl: settings.get<string>("model.baseUrl", ""), name: settings.get<string>("model.name", "") };
  }

  /** Whether suggestions are on for a language. */
  languageEnabled(language: string): boolean {
    return languageEnabled(vscode.workspace.getConfiguration("foretype").get("enable"), language);
  }

  /** Switch a language on or off, where the present value is written. */
  async toggleLanguage(language: string): Promise<void> {
    const settings = vscode.workspace.getConfiguration("foretype");
    const { inWorkspace, table } = switchedLanguage(this.written(), settings.get("enable"), language);
    const target = inWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
    await settings.update("enable", table, target);
  }
}
