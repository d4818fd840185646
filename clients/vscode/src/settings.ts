/**
 * Which settings the server is told of, and when it has to be started anew for them. Knows nothing of VS Code.
 *
 * Only what somebody really wrote is sent: a default sent along would override the user's own foretype.toml and
 * environment, which the server reads itself.
 */

/** Values by their key below `foretype.`, such as `model.baseUrl`. */
export type Values = Readonly<Record<string, unknown>>;

/** What the user wrote, and what files of the workspace say. The server trusts the two differently. */
export interface Written {
  readonly user: Values;
  readonly workspace: Values;
}

/** The part of VS Code's answer to `inspect` that counts. */
export interface Inspected {
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
}

/** Settings of the extension itself, which the server does not know. */
const OWN = ["server.", "trace."];

/** The server's settings among all that the extension contributes, without the leading `foretype.`. */
export function serverKeys(contributed: Iterable<string>): string[] {
  return [...contributed]
    .filter((key) => key.startsWith("foretype."))
    .map((key) => key.slice("foretype.".length))
    .filter((key) => !OWN.some((prefix) => key.startsWith(prefix)));
}

/** What is written for each key, without any default. */
export function written(keys: Iterable<string>, inspect: (key: string) => Inspected | undefined): Written {
  const user: Record<string, unknown> = {};
  const workspace: Record<string, unknown> = {};
  for (const key of keys) {
    const found = inspect(key);
    if (found?.globalValue !== undefined) {
      user[key] = found.globalValue;
    }
    const ofWorkspace = merged(found?.workspaceValue, found?.workspaceFolderValue);
    if (ofWorkspace !== undefined) {
      workspace[key] = ofWorkspace;
    }
  }
  return { user, workspace };
}

/**
 * The answer to `workspace/configuration`. In an untrusted workspace it must hold nothing of the user's: the server
 * takes all of it for the workspace's word there, and the user's own values came with `initialize`.
 */
export function configurationAnswer({ user, workspace }: Written, trusted: boolean): Values {
  if (!trusted) {
    return workspace;
  }
  const answer: Record<string, unknown> = { ...user };
  for (const [key, value] of Object.entries(workspace)) {
    answer[key] = merged(user[key], value);
  }
  return answer;
}

/**
 * Whether the user's values of now differ from those sent with `initialize` in a way that only a new start can bring
 * to the server: in an untrusted workspace any way, in a trusted one a value that is gone.
 */
export function needsRestart(sent: Values, now: Values, trusted: boolean): boolean {
  if (!trusted) {
    return JSON.stringify(sorted(sent)) !== JSON.stringify(sorted(now));
  }
  return Object.entries(sent).some(([key, before]) => {
    const after = now[key];
    return after === undefined || (isTable(before) && isTable(after) && Object.keys(before).some((name) => !Object.hasOwn(after, name)));
  });
}

/** Whether a language gets suggestions, as far as the editor's settings say. */
export function languageEnabled(table: unknown, language: string): boolean {
  if (!isTable(table)) {
    return true;
  }
  return (table[language] ?? table["*"] ?? true) !== false;
}

/** Where the switch for a language is to be written, and the table to write there. */
export function switchedLanguage(
  { user, workspace }: Written,
  effective: unknown,
  language: string,
): { readonly inWorkspace: boolean; readonly table: Values } {
  const enabled = !languageEnabled(effective, language);
  const ofWorkspace = workspace["enable"];
  // What a workspace says about a language wins over the user's file, so it has to change there.
  const inWorkspace = isTable(ofWorkspace) && Object.hasOwn(ofWorkspace, language);
  const before = inWorkspace ? ofWorkspace : user["enable"];
  return { inWorkspace, table: { ...(isTable(before) ? before : {}), [language]: enabled } };
}

function merged(weaker: unknown, stronger: unknown): unknown {
  if (isTable(weaker) && isTable(stronger)) {
    return { ...weaker, ...stronger };
  }
  return stronger ?? weaker;
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sorted(value: unknown): unknown {
  if (!isTable(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
