/**
 * Commands for what the server can do with code: for the selection, for a whole file or folder, and commit messages.
 */

import * as vscode from "vscode";

/** The server's commands, which the language client has registered while the server runs. */
const ACTION = "foretype.action";
const COMMIT_MESSAGE = "foretype.commitMessage";

/** Tasks for the selection by the extension's command. */
export const TASKS: Readonly<Record<string, string>> = {
  explain: "explain",
  document: "document",
  fix: "fix",
  writeTests: "tests",
  simplify: "simplify",
  addTypes: "types",
  handleErrors: "errors",
  complete: "complete",
  optimise: "optimise",
  summarise: "summarise",
};

/** Do a task for the selection, or for what the cursor is in. */
export async function run(task: string): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) {
    return;
  }
  const { document, selection } = editor;
  const found = task === "fix" ? vscode.languages.getDiagnostics(document.uri) : [];
  const problems = found.filter((each) => each.range.intersection(selection) !== undefined).map(plain);
  if (task === "fix" && problems.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Foretype: there is no problem at the cursor."));
    return;
  }
  await vscode.commands.executeCommand(ACTION, {
    task,
    uri: document.uri.toString(),
    range: range(selection),
    version: document.version,
    problems,
  });
}

/** Do a task for every part of a file, or of the files and folders that are selected in the explorer. */
export async function runForAll(task: string, clicked?: vscode.Uri, selected?: readonly vscode.Uri[]): Promise<void> {
  const uris = selected?.length ? selected : clicked ? [clicked] : [vscode.window.activeTextEditor?.document.uri];
  const paths = uris.filter((uri) => uri !== undefined).map((uri) => uri.toString());
  if (paths[0] !== undefined) {
    await vscode.commands.executeCommand(ACTION, { task, uri: paths[0], bulk: true, paths });
  }
}

/** The part of the Git extension's API, and of a source control, that is used here. */
interface Repository {
  readonly rootUri?: vscode.Uri;
  readonly inputBox: { value: string };
}

/** Write a message for what is staged into the box of the source control view. */
export async function writeCommitMessage(control?: Repository): Promise<void> {
  const repository = control?.inputBox === undefined ? await anyRepository() : control;
  if (repository === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Foretype: there is no Git repository here."));
    return;
  }
  const options = { location: vscode.ProgressLocation.SourceControl };
  const argument = { uri: repository.rootUri?.toString() ?? "" };
  const message: unknown = await vscode.window.withProgress(options, () =>
    vscode.commands.executeCommand(COMMIT_MESSAGE, argument),
  );
  if (typeof message === "string") {
    repository.inputBox.value = message;
  }
}

async function anyRepository(): Promise<Repository | undefined> {
  type Git = { getAPI(version: 1): { readonly repositories: readonly Repository[] } };
  const git = vscode.extensions.getExtension<Git>("vscode.git");
  try {
    return (await git?.activate())?.getAPI(1).repositories[0];
  } catch {
    return undefined; // switched off by a setting
  }
}

function range({ start, end }: vscode.Range): unknown {
  const place = ({ line, character }: vscode.Position): unknown => ({ line, character });
  return { start: place(start), end: place(end) };
}

function plain(found: vscode.Diagnostic): unknown {
  return { range: range(found.range), message: found.message, severity: found.severity + 1, source: found.source };
}
