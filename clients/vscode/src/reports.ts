/**
 * Tells the server what became of its suggestions in this editor, and asks again where the server has more to say.
 */

import * as vscode from "vscode";
import { Acceptance } from "./acceptance";

/** Sends a notification to the server that runs, if one does. */
export type Notify = (method: string, params: unknown) => void;

type Provided = vscode.InlineCompletionItem[] | vscode.InlineCompletionList | null | undefined;

export class Reports implements vscode.Disposable {
  private readonly acceptance = new Acceptance();
  private readonly watching: vscode.Disposable;
  /** Set while the editor is made to ask again: that is no wish of the user's. */
  private refreshing = false;

  /** `suggested` is called with each suggestion that is shown. */
  constructor(
    private readonly notify: Notify,
    private readonly suggested: () => void,
  ) {
    this.watching = vscode.workspace.onDidChangeTextDocument((event) => this.edited(event));
  }

  dispose(): void {
    this.watching.dispose();
  }

  /** Items are on their way to the screen. VS Code shows the first of them that fits. */
  provided(document: vscode.TextDocument, position: vscode.Position, provided: Provided): void {
    const item = (Array.isArray(provided) ? provided : provided?.items)?.[0];
    const id: unknown = item?.command?.arguments?.[0];
    if (item === undefined || typeof item.insertText !== "string" || typeof id !== "string") {
      this.acceptance.shows(undefined);
      return;
    }
    const { line, character } = item.range?.start ?? position;
    this.acceptance.shows({ id, uri: document.uri.toString(), line, character, text: item.insertText });
    this.suggested();
    this.notify("textDocument/didShowCompletion", { item: { command: { arguments: [id] } } });
  }

  /** The context of a request as the server should see it. */
  context(context: vscode.InlineCompletionContext): vscode.InlineCompletionContext {
    return this.refreshing ? { ...context, triggerKind: vscode.InlineCompletionTriggerKind.Automatic } : context;
  }

  /** The server has more to say where the cursor is: have the editor ask again, if it still shows something there. */
  async refresh(params: unknown): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const uri = (params as { uri?: unknown } | null)?.uri;
    if (editor === undefined || this.refreshing || editor.document.uri.toString() !== uri) {
      return;
    }
    this.refreshing = true;
    try {
      await vscode.commands.executeCommand("editor.action.inlineSuggest.trigger");
    } finally {
      this.refreshing = false;
    }
  }

  private edited(event: vscode.TextDocumentChangeEvent): void {
    if (event.contentChanges.length !== 1) {
      return;
    }
    for (const { range, rangeLength, text } of event.contentChanges) {
      const { line, character } = range.start;
      const uri = event.document.uri.toString();
      const taken = this.acceptance.edited({ uri, line, character, text: text.replaceAll("\r\n", "\n"), replaced: rangeLength });
      if (taken !== undefined) {
        const item = { command: { arguments: [taken.id] } };
        this.notify("textDocument/didPartiallyAcceptCompletion", { item, acceptedLength: taken.length });
      }
    }
  }
}
