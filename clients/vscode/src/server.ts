/**
 * The language server of this window: finds it, starts it, speaks with it, and starts it again when it ends.
 *
 * Starts and stops are queued, so that two of them never overlap; every step is said in the log.
 */

import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  type ErrorHandler,
  InlineCompletionRequest,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
  type StaticFeature,
} from "vscode-languageclient/node";
import type { Configuration } from "./configuration";
import { type Found, findServer } from "./find";
import type { Keys } from "./keys";
import type { PrivateEnvironment } from "./setup";
import { type Phase, QUIET, type ServerStatus, statusIn } from "./presentation";
import { MOST_RESTARTS, RestartBudget } from "./restarts";
import { Lookout, type Problem, SAVED_MS } from "./problems";
import { ProseView } from "./prose";
import { type Ask, Reports, SELECTOR } from "./reports";
import { configurationAnswer, needsRestart, type Values } from "./settings";

/** What tells the server that this client takes its status and answers for keys. */
const CAPABILITIES: StaticFeature = {
  fillClientCapabilities: (capabilities) => {
    const experimental = (capabilities.experimental ??= {}) as Record<string, unknown>;
    experimental["foretype"] = { status: true, apiKey: true, suggestionChanged: true, dismissed: true, prose: true };
  },
  initialize: () => undefined,
  getState: () => ({ kind: "static" }),
  clear: () => undefined,
};

/** A client whose own troubles go to the log only: what the user has to know is said once, by us, with a remedy. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** What the server needs from the rest of the extension. */
export interface Surroundings {
  /** The extension's own, by which VS Code knows whose suggestions are whose. */
  readonly id: string;
  readonly configuration: Configuration;
  readonly keys: Keys;
  readonly environment: PrivateEnvironment;
  readonly log: vscode.LogOutputChannel;
  /** A folder that only the extension writes to. */
  readonly cwd: string;
  /** Whether suggestions are off in this window. */
  readonly isOff: () => boolean;
}

export class Server implements vscode.Disposable {
  phase: Phase = "stopped";
  status: ServerStatus = QUIET;

  /** The server that runs or ran last, undefined where none was found. */
  get program(): Found | undefined {
    return this.found;
  }

  /** What is wrong with the settings. */
  get problems(): readonly Problem[] {
    return this.lookout.problems;
  }

  readonly reports: Reports;
  private readonly lookout = new Lookout(() => this.ask("foretype/state", {}), () => this.changed.fire());
  private readonly prose = new ProseView();
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  private client: LanguageClient | undefined;
  private queue: Promise<void> = Promise.resolve();
  private sent: Values = {};
  private path = "";
  private found: Found | undefined;
  private readonly budget = new RestartBudget();

  constructor(private readonly surroundings: Surroundings) {
    const suggested = () => void vscode.commands.executeCommand("setContext", "foretype.suggested", true);
    const ask: Ask = (document, ...rest) => this.provider(document)?.provideInlineCompletionItems(document, ...rest);
    this.reports = new Reports(surroundings.id, (method, params) => this.notify(method, params), ask, suggested);
  }

  /** Start or start again; resolves when the server runs or it is known that it does not. */
  restart(why: string): Promise<void> {
    this.surroundings.log.info(`Starting the server: ${why}`);
    this.budget.refill();
    return this.enqueue(async () => {
      await this.end();
      await this.begin();
    });
  }

  /** Stop for good. */
  stop(): Promise<void> {
    return this.enqueue(() => this.end());
  }

  /** A setting changed: most changes reach the server by its own question, some only by a new start. */
  async configurationChanged(): Promise<void> {
    const { configuration } = this.surroundings;
    if (configuration.serverPath() !== this.path) {
      await this.restart("the server's path changed");
    } else if (needsRestart(this.sent, configuration.written().user, vscode.workspace.isTrusted)) {
      await this.restart("a setting changed");
    }
  }

  /** A file with settings for the server has been saved. */
  settingsSaved(): void {
    this.lookout.look(SAVED_MS);
  }

  /** The user trusts this workspace now, and with it its settings and its Python. */
  async trustGranted(): Promise<void> {
    if (this.phase === "running") {
      await this.client?.sendNotification("foretype/didChangeTrust", { trusted: true });
      await this.client?.sendNotification("workspace/didChangeConfiguration", { settings: null });
    } else {
      await this.restart("the workspace is trusted now");
    }
  }

  /** The selected Python changed: it matters where the server is, or might be, run by it. */
  async interpreterChanged(): Promise<void> {
    if (this.found === undefined || this.found.origin === "interpreter" || this.found.origin === "python") {
      await this.restart("the selected Python changed");
    }
  }

  /** Ask the server; undefined where none runs or it does not answer. */
  async ask(method: string, params: unknown): Promise<unknown> {
    try {
      return this.phase === "running" ? await this.client?.sendRequest(method, params) : undefined;
    } catch (error) {
      this.surroundings.log.info(`No answer to ${method}: ${String(error)}`);
      return undefined;
    }
  }

  /** For the conditions of commands, and the walkthrough. */
  sayWhetherItRuns(): void {
    void vscode.commands.executeCommand("setContext", "foretype.running", this.phase === "running");
  }

  /** Who asks the server for suggestions in a document. */
  private provider(document: vscode.TextDocument): vscode.InlineCompletionItemProvider | undefined {
    return this.client?.getFeature(InlineCompletionRequest.method)?.getProvider(document);
  }

  private notify(method: string, params: unknown): void {
    if (this.phase === "running") {
      void this.client?.sendNotification(method, params);
    }
  }

  dispose(): void {
    this.reports.dispose();
    this.prose.dispose();
    this.lookout.dispose();
    this.changed.dispose();
  }

  private enqueue(step: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(step, step);
    return this.queue;
  }

  /** Start the server, the one that is known to be there or the one that is found now. */
  private async begin(known?: Found): Promise<void> {
    const { log, cwd, configuration, environment } = this.surroundings;
    this.become("starting");
    this.path = configuration.serverPath();
    this.found = known ?? (await findServer(this.path, environment.python, cwd, log));
    if (this.found === undefined) {
      this.become("missing");
      this.tellMissing();
      return;
    }
    const { command, args } = this.found;
    const executable = { command, args: [...args, "--stdio"], options: { cwd } };
    const client = new QuietClient("foretype", "Foretype", executable, this.options());
    this.client = client;
    client.registerFeature(CAPABILITIES);
    client.onNotification("foretype/status", (params) => this.take(statusIn(params)));
    client.onNotification("foretype/prose", (params) => this.prose.take(params));
    client.onNotification("foretype/suggestionChanged", (params) => void this.reports.refresh(params));
    client.onRequest("foretype/apiKey", (params) => this.surroundings.keys.answer(params));
    try {
      await client.start();
    } catch (error) {
      log.error(`The server did not start: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (client.state === State.Running) {
      this.become("running");
    } else {
      this.recover();
    }
  }

  /** The server ended by itself: start it again, unless it has been started too often. */
  private recover(): void {
    if (this.budget.take()) {
      this.surroundings.log.warn("The server ended by itself; starting it again.");
      this.become("starting");
      void this.enqueue(async () => {
        await this.end();
        await this.begin(this.found);
      });
    } else {
      this.become("failed");
      this.tellFailed(vscode.l10n.t("The Foretype server ended by itself {0} times.", MOST_RESTARTS + 1));
    }
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.status = QUIET;
    this.become("stopped");
    try {
      await client?.dispose();
    } catch (error) {
      // A server that has ended already cannot be told to; nothing of it is left then.
      this.surroundings.log.info(`The server could not be asked to end: ${String(error)}`);
    }
  }

  private options(): LanguageClientOptions {
    const { log, configuration, isOff } = this.surroundings;
    return {
      documentSelector: SELECTOR,
      outputChannel: log,
      traceOutputChannel: log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: () => {
        this.sent = configuration.written().user;
        return { trusted: vscode.workspace.isTrusted, ...this.sent };
      },
      initializationFailedHandler: () => false,
      errorHandler: this.errorHandler(),
      middleware: {
        provideInlineCompletionItems: async (document, position, context, token, next) => {
          if (isOff()) {
            return undefined;
          }
          const asked = this.reports.asked(document, position, context);
          const provided = await next(document, position, asked.context, token);
          return token.isCancellationRequested ? provided : this.reports.provided(asked, provided);
        },
        workspace: {
          configuration: (params) => {
            this.lookout.look();
            const answer = configurationAnswer(configuration.written(), vscode.workspace.isTrusted);
            return params.items.map((item) => (item.section === "foretype" ? answer : null));
          },
        },
      },
    };
  }

  private errorHandler(): ErrorHandler {
    return {
      error: (_error, _message, count) => ({
        action: (count ?? 0) <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown,
        handled: true,
      }),
      closed: () => this.closed(),
    };
  }

  private closed(): { action: CloseAction; handled: boolean; message: string } {
    // Before its first answer the start itself fails, and is seen to there.
    if (this.phase === "running") {
      this.recover();
    }
    return { action: CloseAction.DoNotRestart, handled: true, message: "The connection to the server has ended." };
  }

  private take(status: ServerStatus): void {
    this.status = status;
    this.lookout.look();
    this.changed.fire();
  }

  private become(phase: Phase): void {
    this.phase = phase;
    this.lookout.look();
    this.sayWhetherItRuns();
    this.changed.fire();
  }

  private tellMissing(): void {
    const { environment } = this.surroundings;
    const t = vscode.l10n.t;
    const setPath = {
      label: t("Set the Path"),
      act: () => vscode.commands.executeCommand("workbench.action.openSettings", "foretype.server.path"),
    };
    if (this.path) {
      void this.tell(t("Foretype's server was not found: {0} does not answer as the server does.", this.path), [setPath]);
      return;
    }
    const setUp = { label: t("Set Up"), act: () => vscode.commands.executeCommand("foretype.setUp") };
    const [message, remedies] = environment.possible
      ? [t("Foretype needs its server. Set it up in an environment of its own? Its packages come from your Python package index."), [setUp, setPath]]
      : [t("Foretype's server was not found. Install it so that `foretype` is on your PATH or in the selected Python, or set its path."), [setPath]];
    const say = environment.possible ? vscode.window.showInformationMessage : vscode.window.showErrorMessage;
    void this.tell(message, remedies, say);
  }

  private tellFailed(message: string): void {
    const restart = () => vscode.commands.executeCommand("foretype.restart");
    void this.tell(message, [{ label: vscode.l10n.t("Restart"), act: restart }]);
  }

  private async tell(
    message: string,
    remedies: readonly { label: string; act: () => unknown }[],
    say: typeof vscode.window.showErrorMessage = vscode.window.showErrorMessage,
  ): Promise<void> {
    const log = vscode.l10n.t("Show Log");
    const chosen = await say(message, ...remedies.map((each) => each.label), log);
    if (chosen === log) {
      this.surroundings.log.show();
    } else {
      remedies.find((each) => each.label === chosen)?.act();
    }
  }
}
