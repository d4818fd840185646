/**
 * The views for explanations and other text of the server: one panel for each, filled while the text comes
 * (`foretype/prose`). What a model writes can load nothing and run nothing there.
 */

import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { asItIs, page } from "./prosePage";

/** So often is a text drawn at most while it comes. */
const DRAW_MS = 100;

export class ProseView implements vscode.Disposable {
  private readonly panels = new Map<string, Panel>();

  /** Take a part of a text, or the whole; opens its panel with the first part. */
  take(params: unknown): void {
    const { id, title, delta, text, done } = (params ?? {}) as Record<string, unknown>;
    if (typeof id !== "string") {
      return;
    }
    let panel = this.panels.get(id);
    if (panel === undefined && (typeof delta === "string" || typeof text === "string")) {
      panel = this.opened(id, typeof title === "string" ? title : "Foretype");
    }
    if (typeof text === "string") {
      panel?.put(text);
    } else if (typeof delta === "string") {
      panel?.add(delta);
    }
    if (done === true) {
      panel?.end();
      // A server that has started again counts anew.
      this.panels.delete(id);
    }
  }

  dispose(): void {
    for (const panel of this.panels.values()) {
      panel.end();
    }
  }

  private opened(id: string, title: string): Panel {
    const panel = new Panel(title);
    this.panels.set(id, panel);
    return panel;
  }
}

/** One text on the screen. A panel that the user closed takes the rest of it and shows nothing. */
class Panel {
  private text = "";
  private streaming = true;
  private ready = false;
  private closed = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly panel: vscode.WebviewPanel;

  constructor(title: string) {
    const where = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    this.panel = vscode.window.createWebviewPanel("foretype.prose", title, where, { enableScripts: true, localResourceRoots: [] });
    // Its page says when it listens: at first, and again whenever the panel comes back to the front.
    this.panel.webview.onDidReceiveMessage(() => {
      this.ready = true;
      void this.draw();
    });
    this.panel.onDidChangeViewState(() => (this.ready = this.ready && this.panel.visible));
    this.panel.onDidDispose(() => {
      this.closed = true;
      clearTimeout(this.timer);
    });
    this.panel.webview.html = page(randomBytes(16).toString("base64"));
  }

  add(delta: string): void {
    this.put(this.text + delta);
  }

  put(text: string): void {
    this.text = text;
    this.timer ??= setTimeout(() => void this.draw(), DRAW_MS);
  }

  end(): void {
    this.streaming = false;
    this.put(this.text);
  }

  private async draw(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.ready || this.closed) {
      return;
    }
    const html = await rendered(this.text);
    if (!this.closed) {
      void this.panel.webview.postMessage({ html, streaming: this.streaming });
    }
  }
}

/** As HTML by VS Code's own Markdown, or as it is where that is switched off. */
async function rendered(text: string): Promise<string> {
  try {
    return await vscode.commands.executeCommand<string>("markdown.api.render", text);
  } catch {
    return asItIs(text);
  }
}
