/**
 * What is wrong with the settings, as the server says it (`foretype/state`). Knows nothing of VS Code.
 */

/** One thing that is wrong: what, what to do about it, and where it stands (a file, or the editor's settings). */
export interface Problem {
  readonly message: string;
  readonly remedy: string;
  readonly origin: string;
}

/** What an answer to `foretype/state` says; what was ignored on purpose is no problem. */
export function problemsIn(answer: unknown): Problem[] {
  const { problems } = (answer ?? {}) as { problems?: unknown };
  return (Array.isArray(problems) ? problems : []).flatMap((each: Record<string, unknown> | null) => {
    const { severity, message, remedy, origin } = each ?? {};
    const known = typeof message === "string" && typeof remedy === "string" && typeof origin === "string";
    return known && severity !== "notice" ? [{ message, remedy, origin }] : [];
  });
}

const SETTLE_MS = 300;
/** So long it may take until the server has heard of a file that was saved: the editor watches files at its ease. */
export const SAVED_MS = 2000;

/** Asks what is wrong, a moment after the last reason to do so, and says when that has changed. */
export class Lookout implements Disposable {
  problems: readonly Problem[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly ask: () => Promise<unknown>,
    private readonly changed: () => void,
  ) {}

  /** There may be something new, so many milliseconds from now. */
  look(after = SETTLE_MS): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.take(), after);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private async take(): Promise<void> {
    const now = problemsIn(await this.ask());
    if (JSON.stringify(now) !== JSON.stringify(this.problems)) {
      this.problems = now;
      this.changed();
    }
  }
}

interface Disposable {
  dispose(): void;
}
