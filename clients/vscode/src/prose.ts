/**
 * The view for explanations and other text of the server: a virtual Markdown document whose preview fills while the
 * text comes (`foretype/prose`).
 */

import * as vscode from "vscode";

const SCHEME = "foretype-prose";
/** Texts that can still be read when their tab is looked at again. */
const KEPT = 20;

export class ProseView implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly texts = new Map<string, string>();
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? "";
  }

  /** Take a part of a text, or the whole; opens the preview with the first part. */
  take(params: unknown): void {
    const { id, title, delta, text } = (params ?? {}) as Record<string, unknown>;
    const said = typeof text === "string" ? text : typeof delta === "string" ? delta : undefined;
    if (typeof id !== "string" || said === undefined) {
      return;
    }
    this.show(id, typeof title === "string" ? title : "Foretype", said, typeof text === "string");
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }

  private show(id: string, title: string, said: string, whole: boolean): void {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${title.replaceAll("/", "-")}.md`, query: id });
    const key = uri.toString();
    const before = this.texts.get(key);
    this.texts.set(key, whole ? said : (before ?? "") + said);
    this.changed.fire(uri);
    if (before === undefined) {
      void vscode.commands.executeCommand("markdown.showPreviewToSide", uri);
      const oldest = this.texts.size > KEPT ? this.texts.keys().next().value : undefined;
      if (oldest !== undefined) {
        this.texts.delete(oldest);
      }
    }
  }
}
