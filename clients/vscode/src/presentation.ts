/**
 * What the status bar item says, as plain data: one place for every state. Knows nothing of VS Code.
 */

import type { Problem } from "./problems";
import { english, type Translate } from "./words";

/** What the server reports with `foretype/status`. */
export interface ServerStatus {
  readonly kind: "Normal" | "Warning" | "Error" | "Inactive";
  readonly message: string;
  readonly busy: boolean;
}

/** The server as the extension sees it. */
export type Phase = "starting" | "running" | "stopped" | "missing" | "failed";

/** All that the item depends on. */
export interface Shown {
  readonly phase: Phase;
  readonly status: ServerStatus;
  /** What is wrong with the settings. */
  readonly problems: readonly Problem[];
  /** What models need is being installed, so that a server that cannot ask one is no fault yet. */
  readonly completing: boolean;
  /** The user turned suggestions off in this window. */
  readonly off: boolean;
  /** False where the active document's language is switched off. */
  readonly languageOn: boolean;
}

export const QUIET: ServerStatus = { kind: "Normal", message: "", busy: false };

const ICONS = { Normal: "sparkle", Warning: "warning", Error: "error", Inactive: "circle-slash" } as const;

/** An icon's name and a sentence, which is the server's own or ours, translated. */
export function presented(shown: Shown, t: Translate = english): { readonly icon: string; readonly sentence: string } {
  switch (shown.phase) {
    case "starting":
      return { icon: "loading~spin", sentence: t("The server is starting.") };
    case "stopped":
      return { icon: "circle-slash", sentence: t("The server is stopped.") };
    case "missing":
      return { icon: "error", sentence: t("The server was not found.") };
    case "failed":
      return { icon: "error", sentence: t("The server does not run.") };
    case "running":
      return running(shown, t);
  }
}

function running({ status, problems, completing, off, languageOn }: Shown, t: Translate): { readonly icon: string; readonly sentence: string } {
  if (off) {
    return { icon: "circle-slash", sentence: t("Suggestions are off in this window.") };
  }
  if (completing && status.kind === "Error") {
    return { icon: "loading~spin", sentence: t("What models need is being installed.") };
  }
  if (problems[0] !== undefined && status.kind === "Normal" && !status.busy) {
    return { icon: "warning", sentence: inWords(problems[0], t) };
  }
  if (!languageOn && (status.kind === "Normal" || status.kind === "Inactive")) {
    return { icon: "circle-slash", sentence: t("Suggestions are off for this language.") };
  }
  if (status.busy) {
    return { icon: "loading~spin", sentence: status.message || t("Working.") };
  }
  return { icon: ICONS[status.kind], sentence: status.message || t("Ready.") };
}

/** What is wrong, what to do about it, and where. */
function inWords({ message, remedy, origin }: Problem, t: Translate = english): string {
  return t("{0} {1} (Settings: {2})", message, remedy, origin);
}

/** The status in a notification's parameters; what is not one is taken for the quiet one. */
export function statusIn(params: unknown): ServerStatus {
  if (typeof params !== "object" || params === null) {
    return QUIET;
  }
  const { kind, message, busy } = params as Record<string, unknown>;
  return {
    kind: typeof kind === "string" && Object.hasOwn(ICONS, kind) ? (kind as ServerStatus["kind"]) : "Normal",
    message: typeof message === "string" ? message : "",
    busy: busy === true,
  };
}
