/** How often a server that ends by itself is started again. Knows nothing of VS Code. */

export const MOST_RESTARTS = 3;
const WINDOW_MS = 3 * 60 * 1000;

/** Three starts in three minutes; then somebody has to look at the log. */
export class RestartBudget {
  private readonly times: number[] = [];

  constructor(private readonly now: () => number = Date.now) {}

  /** Take one start from the budget; false where none is left. */
  take(): boolean {
    const now = this.now();
    while (this.times[0] !== undefined && now - this.times[0] > WINDOW_MS) {
      this.times.shift();
    }
    if (this.times.length >= MOST_RESTARTS) {
      return false;
    }
    this.times.push(now);
    return true;
  }

  /** Begin anew: the user asked for a start. */
  refill(): void {
    this.times.length = 0;
  }
}
