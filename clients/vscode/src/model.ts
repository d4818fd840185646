/**
 * Lets the user choose a model: one of a server that runs on this machine, a provider's, any other, or none.
 */

import { execFile } from "node:child_process";
import * as vscode from "vscode";
import { isLoopback, originOf } from "./endpoint";
import type { Found } from "./find";
import type { Keys } from "./keys";

const CHECK_TIMEOUT_MS = 30_000;

interface Choice extends vscode.QuickPickItem {
  readonly baseUrl?: string;
  readonly name?: string;
}

/** Providers by the address of their server; the model's name is asked for. */
const PROVIDERS: readonly Choice[] = [
  { label: "OpenAI", baseUrl: "https://api.openai.com/v1" },
  { label: "Mistral (Codestral)", baseUrl: "https://codestral.mistral.ai/v1" },
  { label: "DeepSeek", baseUrl: "https://api.deepseek.com/beta" },
  { label: "OpenRouter", baseUrl: "https://openrouter.ai/api/v1" },
];

/** Ask, write the settings of the user, and ask for a key where one will be needed. */
export async function chooseModel(server: Found | undefined, keys: Keys): Promise<void> {
  const title = vscode.l10n.t("Foretype: choose a model");
  const found = server === undefined ? [] : await running(server);
  const chosen = await vscode.window.showQuickPick(choices(found), {
    title,
    placeHolder: vscode.l10n.t("Nothing is sent anywhere before you choose."),
    ignoreFocusOut: true,
  });
  if (chosen === undefined) {
    return;
  }
  const none = chosen.baseUrl === "";
  const baseUrl = none ? "" : (chosen.baseUrl ?? (await askAddress(title)));
  const name = none ? "" : (chosen.name ?? (baseUrl && (await askName(title))));
  if (!none && (!baseUrl || !name)) {
    return;
  }
  const settings = vscode.workspace.getConfiguration("foretype");
  await settings.update("model.baseUrl", baseUrl || undefined, vscode.ConfigurationTarget.Global);
  await settings.update("model.name", name || undefined, vscode.ConfigurationTarget.Global);
  if (baseUrl && !isLoopback(baseUrl) && !(await keys.has(baseUrl))) {
    await keys.setFor(baseUrl);
  }
}

function choices(found: readonly Choice[]): Choice[] {
  const t = vscode.l10n.t;
  const separator = (label: string): Choice => ({ label, kind: vscode.QuickPickItemKind.Separator });
  return [
    { label: t("No model"), description: t("suggestions from your own code, offline"), baseUrl: "" },
    ...(found.length > 0 ? [separator(t("On this machine")), ...found] : []),
    separator(t("Providers")),
    ...PROVIDERS.map((each) => ({ ...each, description: each.baseUrl ?? "" })),
    separator(t("Any other")),
    { label: t("Another server..."), description: t("any address that speaks OpenAI's protocol") },
  ];
}

/** Models of servers on loopback, which the server's own check looks for when the user asks. */
async function running(server: Found): Promise<Choice[]> {
  try {
    const answer: unknown = JSON.parse(await output(server, ["check", "--json"]));
    const findings = (answer as { findings?: unknown }).findings;
    return (Array.isArray(findings) ? findings : []).flatMap(modelsIn);
  } catch {
    return [];
  }
}

function modelsIn(finding: unknown): Choice[] {
  const { topic, data } = finding as { topic?: unknown; data?: { base_url?: unknown; models?: unknown; software?: unknown } };
  if (topic !== "found" || typeof data?.base_url !== "string" || !Array.isArray(data.models)) {
    return [];
  }
  const { base_url: baseUrl } = data;
  return data.models.filter((name) => typeof name === "string").map((name: string) => ({
    label: name,
    description: `${String(data.software)}, ${baseUrl}`,
    baseUrl,
    name,
  }));
}

/** What a command of the server's says. One that finds faults exits with 1 and says them. */
export function output(server: Found, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    const all = [...server.args, ...args, ...(folder === undefined ? [] : ["--workspace", folder])];
    const options = { timeout: CHECK_TIMEOUT_MS, windowsHide: true, env: { ...process.env, ...env } };
    execFile(server.command, all, options, (error, stdout) => (stdout || !error ? resolve(stdout) : reject(error)));
  });
}

async function askAddress(title: string): Promise<string | undefined> {
  const address = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t("The server's address, up to and with its /v1"),
    placeHolder: "http://localhost:8080/v1",
    ignoreFocusOut: true,
    validateInput: (text) =>
      originOf(text) === undefined ? vscode.l10n.t("Write an address that begins with https:// or http://.") : null,
  });
  return address?.trim();
}

async function askName(title: string): Promise<string | undefined> {
  const name = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t("The model's name as its server knows it"),
    placeHolder: "qwen2.5-coder:7b",
    ignoreFocusOut: true,
  });
  return name?.trim();
}
