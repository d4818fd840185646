/**
 * Tells the server what became of its suggestions in this editor, and asks again where the server has more to say.
 */

import * as vscode from "vscode";
import { Acceptance } from "./acceptance";

/** Sends a notification to the server that runs, if one does. */
export type Notify = (method: string, params: unknown) => void;

export type Provided = vscode.InlineCompletionItem[] | vscode.InlineCompletionList | null | undefined;

/** Asks the server that runs for a suggestion, by way of `asked` and `provided`. */
export type Ask = vscode.InlineCompletionItemProvider["provideInlineCompletionItems"];

/** A question of the editor's. */
interface Asked {
  readonly document: vscode.TextDocument;
  readonly version: number;
  readonly position: vscode.Position;
  /** As the server should see it. */
  readonly context: vscode.InlineCompletionContext;
  /** It is asked because the server has more to say, not because of a key. */
  readonly again: boolean;
}

/** The documents that suggestions are for. */
export const SELECTOR = [{ scheme: "file" }, { scheme: "untitled" }];

export class Reports implements vscode.Disposable {
  private readonly acceptance = new Acceptance();
  private readonly watching: vscode.Disposable;
  /** The question that the editor is being made to ask again: that is no wish of the user's. */
  private repeated: Asked | undefined;
  /** The last question of the user's own, undefined where its answer was waved away. */
  private last: Asked | undefined;
  /** Who was asked last for more of a suggestion. */
  private provider: vscode.Disposable | undefined;

  /** `extension` is the id of ours; `suggested` is called with each suggestion that is shown. */
  constructor(
    private readonly extension: string,
    private readonly notify: Notify,
    private readonly ask: Ask,
    private readonly suggested: () => void,
  ) {
    this.watching = vscode.workspace.onDidChangeTextDocument((event) => this.edited(event));
  }

  dispose(): void {
    this.watching.dispose();
    this.provider?.dispose();
  }

  /** The editor asks. */
  asked(document: vscode.TextDocument, position: vscode.Position, context: vscode.InlineCompletionContext): Asked {
    const { version } = document;
    const again = this.isRepeated(document, position);
    // An older VS Code takes every question that it is made to ask for one of the user's.
    const seen = again ? { ...context, triggerKind: vscode.InlineCompletionTriggerKind.Automatic } : context;
    const asked = { document, version, position, context: seen, again };
    if (!again) {
      this.provider?.dispose();
      this.last = asked;
    }
    return asked;
  }

  /** What the editor is to be answered. VS Code shows the first of the items that fits. */
  provided(asked: Asked, provided: Provided): Provided {
    if (asked.again && this.last === undefined) {
      return undefined; // waved away while the server was asked for more of it
    }
    const item = (Array.isArray(provided) ? provided : provided?.items)?.[0];
    const id: unknown = item?.command?.arguments?.[0];
    if (item === undefined || typeof item.insertText !== "string" || typeof id !== "string") {
      this.acceptance.shows(undefined);
      return provided;
    }
    const { line, character } = item.range?.start ?? asked.position;
    this.acceptance.shows({ id, uri: asked.document.uri.toString(), line, character, text: item.insertText });
    this.suggested();
    this.notify("textDocument/didShowCompletion", { item: { command: { arguments: [id] } } });
    return provided;
  }

  /** The user has taken the suggestion off the screen. */
  dismissed(): void {
    this.last = undefined;
    const id = this.acceptance.dismissed();
    if (id !== undefined) {
      this.notify("foretype/dismissed", { id });
    }
  }

  /**
   * The server has more to say: have the editor ask again, if all is as it was at the question. VS Code holds a
   * question for answered while nothing was typed, unless somebody else is asked; so somebody else is. To hide the
   * ghost text first would do too, but takes the focus from a list that the user has opened meanwhile.
   */
  async refresh(params: unknown): Promise<void> {
    const { uri, version } = (params ?? {}) as { uri?: unknown; version?: unknown };
    if (this.repeated !== undefined || !vscode.window.state.focused || !this.isUnchanged(uri, version)) {
      return;
    }
    this.repeated = this.last;
    this.provider?.dispose();
    this.provider = this.registered();
    try {
      const ours = { providerId: `${this.extension}:*`, explicit: false };
      await vscode.commands.executeCommand("editor.action.inlineSuggest.trigger", ours);
    } finally {
      this.repeated = undefined;
    }
  }

  private registered(): vscode.Disposable {
    return vscode.languages.registerInlineCompletionItemProvider(SELECTOR, {
      provideInlineCompletionItems: (document, position, context, token) =>
        this.isRepeated(document, position) ? this.ask(document, position, context, token) : undefined,
    });
  }

  private isRepeated(document: vscode.TextDocument, position: vscode.Position): boolean {
    const { repeated } = this;
    return repeated?.document === document && repeated.version === document.version && repeated.position.isEqual(position);
  }

  private isUnchanged(uri: unknown, version: unknown): boolean {
    const [editor, last] = [vscode.window.activeTextEditor, this.last];
    if (editor === undefined || last === undefined) {
      return false;
    }
    const { document, selection } = editor;
    const same = document === last.document && document.version === last.version && selection.isEmpty;
    return same && selection.active.isEqual(last.position) && document.uri.toString() === uri && document.version === version;
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
