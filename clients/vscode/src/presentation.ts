/**
 * What the status bar item says, as plain data: one place for every state. Knows nothing of VS Code.
 */

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
  /** What models need is being installed, so that a server that cannot ask one is no fault yet. */
  readonly completing: boolean;
  /** The user turned suggestions off in this window. */
  readonly off: boolean;
  /** False where the active document's language is switched off. */
  readonly languageOn: boolean;
}

export const QUIET: ServerStatus = { kind: "Normal", message: "", busy: false };

const ICONS = { Normal: "sparkle", Warning: "warning", Error: "error", Inactive: "circle-slash" } as const;

/** An icon's name and a sentence, in English; the caller translates the sentence where it is one of ours. */
export function presented(shown: Shown): { readonly icon: string; readonly sentence: string } {
  switch (shown.phase) {
    case "starting":
      return { icon: "loading~spin", sentence: "The server is starting." };
    case "stopped":
      return { icon: "circle-slash", sentence: "The server is stopped." };
    case "missing":
      return { icon: "error", sentence: "The server was not found." };
    case "failed":
      return { icon: "error", sentence: "The server does not run." };
    case "running":
      return running(shown);
  }
}

function running({ status, completing, off, languageOn }: Shown): { readonly icon: string; readonly sentence: string } {
  if (off) {
    return { icon: "circle-slash", sentence: "Suggestions are off in this window." };
  }
  if (completing && status.kind === "Error") {
    return { icon: "loading~spin", sentence: "What models need is being installed." };
  }
  if (!languageOn && (status.kind === "Normal" || status.kind === "Inactive")) {
    return { icon: "circle-slash", sentence: "Suggestions are off for this language." };
  }
  if (status.busy) {
    return { icon: "loading~spin", sentence: status.message || "Working." };
  }
  return { icon: ICONS[status.kind], sentence: status.message || "Ready." };
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
