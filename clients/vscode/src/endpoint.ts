/**
 * Under which name a key is kept: one for each server that it may be sent to. Knows nothing of VS Code.
 */

const PREFIX = "foretype.apiKey:";

/** The name of the secret for an endpoint, undefined where the address is none. A key never goes to another origin. */
export function secretName(endpoint: string): string | undefined {
  const origin = originOf(endpoint);
  return origin === undefined ? undefined : PREFIX + origin;
}

/** Whether a secret's name is one of ours. */
export function isOurs(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** `https://host:port` of an address, undefined where it is not http or https. */
export function originOf(endpoint: string): string | undefined {
  try {
    const url = new URL(endpoint.trim());
    return url.protocol === "https:" || url.protocol === "http:" ? url.origin : undefined;
  } catch {
    return undefined;
  }
}

/** Whether an address is on this machine, where no key is needed as a rule. */
export function isLoopback(endpoint: string): boolean {
  const origin = originOf(endpoint);
  const host = origin === undefined ? "" : new URL(origin).hostname;
  return host === "localhost" || host === "[::1]" || /^127\./.test(host) || host.endsWith(".localhost");
}
