/**
 * API keys: kept by VS Code's SecretStorage, one for each endpoint, and handed to the server when it asks.
 */

import * as vscode from "vscode";
import { isOurs, originOf, secretName } from "./endpoint";

/** The keys of this user. `lastEndpoint` is what the server asked for most recently. */
export class Keys {
  private lastEndpoint = "";

  constructor(
    private readonly secrets: vscode.SecretStorage,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** The answer to `foretype/apiKey`; an empty one where there is no key for that endpoint. */
  async answer(params: unknown): Promise<{ key?: string }> {
    const endpoint = (params as { endpoint?: unknown } | null)?.endpoint;
    const name = typeof endpoint === "string" ? secretName(endpoint) : undefined;
    if (name === undefined) {
      return {};
    }
    this.lastEndpoint = endpoint as string;
    const key = await this.secrets.get(name);
    this.log.info(key ? `A stored key goes to the server for ${originOf(this.lastEndpoint)}.` : "No key is stored.");
    return key ? { key } : {};
  }

  /** Ask for a key and keep it. */
  async set(): Promise<void> {
    const name = await this.chooseEndpoint(vscode.l10n.t("The server that the key is for"));
    if (name !== undefined) {
      await this.ask(name);
    }
  }

  /** Ask for the key of one endpoint and keep it. */
  async setFor(endpoint: string): Promise<void> {
    const name = secretName(endpoint);
    if (name !== undefined) {
      await this.ask(name);
    }
  }

  /** Whether a key is kept for an endpoint. */
  async has(endpoint: string): Promise<boolean> {
    const name = secretName(endpoint);
    return name !== undefined && (await this.secrets.get(name)) !== undefined;
  }

  /** The key of an endpoint, for a command that the user runs; undefined where there is none. */
  async get(endpoint: string): Promise<string | undefined> {
    const name = secretName(endpoint);
    return name === undefined ? undefined : this.secrets.get(name);
  }

  private async ask(name: string): Promise<void> {
    const key = await vscode.window.showInputBox({
      title: vscode.l10n.t("Foretype: API key"),
      prompt: vscode.l10n.t("It is kept in this computer's secret storage and sent to this server only."),
      password: true,
      ignoreFocusOut: true,
    });
    if (key?.trim()) {
      await this.secrets.store(name, key.trim());
    }
  }

  /** Forget the key of one endpoint. */
  async clear(): Promise<void> {
    const name = await this.chooseEndpoint(vscode.l10n.t("The server whose key is to be removed"));
    if (name !== undefined) {
      await this.secrets.delete(name);
    }
  }

  /** Tells of changed keys, those changed in other windows too. */
  onDidChange(listener: () => void): vscode.Disposable {
    return this.secrets.onDidChange((event) => {
      if (isOurs(event.key)) {
        listener();
      }
    });
  }

  private async chooseEndpoint(prompt: string): Promise<string | undefined> {
    const configured = vscode.workspace.getConfiguration("foretype").get<string>("model.baseUrl", "");
    const endpoint = await vscode.window.showInputBox({
      title: vscode.l10n.t("Foretype: address of the model's server"),
      prompt,
      value: this.lastEndpoint || configured,
      placeHolder: "https://api.example.com/v1",
      ignoreFocusOut: true,
      validateInput: (text) =>
        originOf(text) === undefined ? vscode.l10n.t("Write an address that begins with https:// or http://.") : null,
    });
    return endpoint === undefined ? undefined : secretName(endpoint);
  }
}
