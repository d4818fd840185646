// Stories of the server: set up, not there, ended by itself, in a folder that is not trusted.
import { readFileSync } from "node:fs";
import { command, context, ghost, ITEM, messages, open, page, plain, press, saved, shot, started, status, statusIs, until } from "./vscode_page.mjs";

const BUTTON = ".notification-list-item-buttons-container .monaco-button";

export async function crash() {
  await started();
  await open("shapes.py");
  await statusIs("Ready.");
  const pidFile = process.env.FORETYPE_PID_FILE;
  const pid = () => Number(readFileSync(pidFile, "utf8"));
  const pids = [];
  // A few kills come while it is starting, a few when it runs: both count.
  for (let kill = 0; kill < 4; kill++) {
    const old = pid();
    pids.push(old);
    process.kill(old, "SIGKILL");
    if (kill < 3) {
      await until(() => pid() !== old, "a new server");
      await page.waitForTimeout(kill === 0 ? 0 : 1500);
    }
  }
  await page.waitForSelector(".notification-list-item-message");
  await shot("crash");
  const said = await messages();
  const failed = await status();
  await command("Foretype: Restart Server");
  await statusIs("Ready.");
  return { messages: said, failed, pids };
}

/** The server does not come up; what is said then, once. */
export async function told() {
  await started();
  await page.waitForSelector(".notification-list-item-message");
  await page.waitForTimeout(1000);
  await shot("told");
  return { messages: await messages(), buttons: await page.$$eval(BUTTON, (all) => all.map((each) => each.textContent)), status: await status() };
}

/** A second window on the same folder has a server of its own, and neither is in the other's way. */
export async function windows() {
  await started();
  await open("shapes.py");
  await statusIs("Ready.");
  const other = await context.newPage();
  await other.goto(process.env.FORETYPE_URL, { waitUntil: "domcontentloaded" });
  await other.waitForSelector(`${ITEM}[aria-label*="Ready."]`);
  await other.screenshot({ path: `${process.env.FORETYPE_SHOTS}/vscode-second-window.png` });
  await page.bringToFront();
  await page.keyboard.type("    def get_hexagon(self, name):\n");
  return { first: await ghost(), messages: await messages() };
}

export async function setup() {
  await started();
  await page.waitForSelector(".notification-list-item-message");
  const asked = await page.textContent(".notification-list-item-message");
  await shot("setup-asks");
  const began = Date.now();
  await page.locator(BUTTON, { hasText: "Set Up" }).click();
  await page.waitForTimeout(1000);
  await shot("setup-runs");
  for (let tries = 0; tries < 6 && !(await status().catch(() => "")).includes("Ready."); tries++) {
    await statusIs("Ready.").catch(() => undefined);
  }
  await open("shapes.py");
  await page.keyboard.type("    def get_hexagon(self, name):\n");
  const first = await ghost();
  const milliseconds = Date.now() - began;
  await shot("setup-done");
  return { asked, first, status: await status(), milliseconds };
}

/** The set-up cannot be done; what is said then, and what can be done about it. */
export async function refused() {
  await started();
  await page.locator(BUTTON, { hasText: "Set Up" }).click();
  await page.locator(BUTTON, { hasText: "Try Again" }).waitFor({ timeout: 90_000 });
  await page.locator(BUTTON, { hasText: "Cancel" }).waitFor({ state: "detached" });
  await shot("setup-refused");
  return { messages: await messages(), buttons: await page.$$eval(BUTTON, (all) => all.map((each) => each.textContent)), status: await status() };
}

export async function walkthrough() {
  await started();
  await statusIs("Ready.");
  await command("Foretype: Get Started");
  await page.waitForSelector(".getting-started-step .step-title");
  await page.waitForSelector(".getting-started-step .codicon-getting-started-step-checked");
  await shot("walkthrough");
  const steps = await page.$$eval(".getting-started-step .step-title", (all) => all.map((each) => each.textContent));
  const ticked = await page.$$eval(".getting-started-step:has(.codicon-getting-started-step-checked.complete, .complete.codicon-getting-started-step-checked) .step-title", (all) => all.map((each) => each.textContent));
  return { steps: steps.map(plain), ticked: ticked.map(plain) };
}

export async function restricted() {
  await started();
  await open("shapes.py");
  await statusIs("Ready.");
  await page.keyboard.type("    def get_hexagon(self, name):\n");
  const first = await ghost();
  await shot("restricted");
  return { first, restricted: await page.locator(".statusbar-item", { hasText: "Restricted Mode" }).count(), messages: await messages() };
}

/** Something is wrong in the project's own file of settings, until it is mended there. */
export async function settings() {
  await started();
  await statusIs("There is no option");
  const wrong = await status();
  await page.click(ITEM);
  await page.waitForSelector(".quick-input-list .monaco-list-row");
  await shot("settings-wrong");
  await page.locator(".quick-input-list .monaco-list-row", { hasText: "There is no option" }).first().click();
  await page.waitForSelector('.tab.active[data-resource-name="foretype.toml"]');
  await page.click(".editor-instance .view-lines");
  await press("Control+a", "Delete");
  await saved();
  // The server's own status is that of the document that was asked about last.
  await open("shapes.py");
  await page.keyboard.type("    def get_hexagon(self, name):\n");
  await statusIs("Ready.");
  return { wrong, messages: await messages() };
}
