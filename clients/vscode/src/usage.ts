/** Today's use as the server counts it, in words. Knows nothing of VS Code. */

import { english, type Translate } from "./words";

/** The numbers of `foretype/usage` that are shown in the menu. */
export interface Today {
  readonly requests: number;
  readonly tokens: number;
  /** undefined where no prices are set. */
  readonly cost: number | undefined;
  readonly accepted: number;
}

/** What an answer to `foretype/usage` says, undefined where it is none. */
export function todayIn(answer: unknown): Today | undefined {
  const { totals, accepted } = (answer ?? {}) as { totals?: Record<string, unknown>; accepted?: Record<string, unknown> };
  if (typeof totals?.["requests"] !== "number") {
    return undefined;
  }
  const number = (value: unknown): number => (typeof value === "number" ? value : 0);
  return {
    requests: totals["requests"],
    tokens: number(totals["promptTokens"]) + number(totals["completionTokens"]),
    cost: typeof totals["cost"] === "number" ? totals["cost"] : undefined,
    accepted: Object.values(accepted ?? {}).reduce((sum: number, each) => sum + number(each), 0),
  };
}

/** One line. */
export function inWords({ requests, tokens, cost, accepted }: Today, t: Translate = english): string {
  const many = tokens.toLocaleString("en");
  return cost === undefined
    ? t("Today: {0} accepted, {1} requests, {2} tokens", accepted, requests, many)
    : t("Today: {0} accepted, {1} requests, {2} tokens, cost {3}", accepted, requests, many, cost.toFixed(cost < 0.01 ? 4 : 2));
}
