/** Why an environment could not be made, told from what the programs said. Knows nothing of VS Code. */

import { english, type Translate } from "./words";

/** What the user can do something about; "unknown" is for the log to say. */
export type Failure = "network" | "unwritable" | "full" | "wheels" | "unknown";

const SIGNS: readonly (readonly [Failure, RegExp])[] = [
  ["full", /No space left on device|ENOSPC|os error 28\b/i],
  ["unwritable", /Permission denied|Read-only file system|EACCES|EROFS|EPERM|ENOTDIR|EEXIST|Not a directory|Access is denied/],
  [
    "network",
    /NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError|CERTIFICATE_VERIFY_FAILED|Max retries exceeded|Could not fetch URL|getaddrinfo|dns error|error sending request|Failed to (fetch|download)|Connection (refused|reset|aborted)|Network is unreachable/i,
  ],
  ["wheels", /Failed building wheel|Could not build wheels|metadata-generation-failed|Microsoft Visual C\+\+|command '\S*(gcc|cc|clang)' failed/i],
  // pip says no more than this where an index answered, but not with the package.
  ["network", /No matching distribution found|Could not find a version that satisfies/],
];

/** The reason in what was said; the gravest counts, since the others may follow from it. */
export function failureIn(said: string): Failure {
  return SIGNS.find(([, sign]) => sign.test(said))?.[0] ?? "unknown";
}

/** What is wrong with a Python that did not answer `PROBE` as it should, in a few words. */
export function unfitness(answer: string, t: Translate = english): string {
  const version = /^python (\d+\.\d+)/.exec(answer)?.[1];
  if (version !== undefined) {
    return t("it is Python {0}", version);
  }
  if (/No module named '?(venv|ensurepip)/.test(answer)) {
    return t("it has no venv (on Debian and Ubuntu: apt install python3-venv)");
  }
  return answer.trim().split("\n").at(-1) || t("it does not answer");
}
