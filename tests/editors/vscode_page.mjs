// The window of VS Code in a browser: what a user does there by keys and clicks, and what is seen.
const { FORETYPE_URL, FORETYPE_SHOTS, FORETYPE_CHROMIUM, FORETYPE_PROFILE, FORETYPE_PLAYWRIGHT } = process.env;
const { chromium } = await import(FORETYPE_PLAYWRIGHT);

export const GHOST = ".ghost-text-decoration, .ghost-text-decoration-preview, .suggest-preview-text";
export const ITEM = ".statusbar-item[aria-label^='Foretype: ']";
const WAIT = 30_000;

export const context = await chromium.launchPersistentContext(FORETYPE_PROFILE, {
  executablePath: FORETYPE_CHROMIUM,
  headless: true,
  viewport: { width: 1100, height: 720 },
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"],
});
export const page = context.pages()[0] ?? (await context.newPage());
page.setDefaultTimeout(WAIT);

export const plain = (text) => (text ?? "").replaceAll("\u00a0", " ");
export const press = (...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
export const shot = (name) => page.screenshot({ path: `${FORETYPE_SHOTS}/vscode-${name}.png` });
export const status = async () => plain(await page.getAttribute(ITEM, "aria-label"));

export async function until(condition, what) {
  const end = Date.now() + WAIT;
  while (!(await condition())) {
    if (Date.now() > end) {
      throw new Error(`${what} did not come; the status is ${await status().catch(() => "missing")}`);
    }
    await page.waitForTimeout(50);
  }
}

export const statusIs = (wanted) => until(async () => (await status().catch(() => "")).includes(wanted), `the status "${wanted}"`);

export async function open(name) {
  await press("Control+p");
  await page.waitForSelector(".quick-input-widget input");
  await page.keyboard.type(name, { delay: 10 });
  // Enter takes the row that is marked: until the list is filtered that is the file opened last, whichever rows there are.
  await page.waitForFunction((wanted) => {
    const rows = [...document.querySelectorAll(".quick-input-list .monaco-list-row")];
    const marked = rows.filter((row) => row.classList.contains("focused"));
    return rows[0] === marked[0] && marked.length === 1 && marked[0].getAttribute("aria-label").startsWith(wanted);
  }, name);
  await press("Enter");
  await page.waitForSelector(`.tab.active[data-resource-name="${name}"]`);
  await page.click(".editor-instance .view-lines");
  await press("Control+End");
}

/** Run the command of exactly this title. */
export async function command(title) {
  // The list is made when the palette opens, so that what was registered later is in the next one only.
  for (let tries = 0; tries < 20; tries++) {
    await press("F1");
    await page.waitForSelector(".quick-input-widget input");
    await page.keyboard.type(title, { delay: 5 });
    const row = page.locator(".quick-input-list .monaco-list-row").filter({ has: page.getByText(title, { exact: true }) }).first();
    if (await row.waitFor({ timeout: 2000 }).then(() => true, () => false)) {
      await row.click();
      return;
    }
    await press("Escape");
  }
  throw new Error(`There is no command ${title}.`);
}

/** Put the cursor at the beginning of a line, counted from 1. */
export async function goTo(line) {
  await press("Control+g");
  await page.waitForSelector(".quick-input-widget input");
  await page.keyboard.type(String(line));
  await press("Enter");
  await page.waitForSelector(".quick-input-widget", { state: "hidden" });
}

/** What the notifications that are on the screen say. */
export const messages = () => page.$$eval(".notification-list-item-message", (all) => all.map((each) => each.textContent));

export async function choose(label) {
  await page.click(ITEM);
  await page.waitForSelector(".quick-input-list .monaco-list-row");
  const labels = await page.$$eval(".quick-input-list .monaco-list-row", (rows) => rows.map((row) => row.getAttribute("aria-label")));
  await page.locator(".quick-input-list .monaco-list-row", { hasText: label }).first().click();
  return labels.map(plain);
}

export async function ghost() {
  await page.waitForSelector(GHOST, { state: "attached" });
  // The text is drawn in parts; take it when two looks agree.
  let before;
  let text = null;
  while (text === null || text !== before) {
    before = text;
    text = plain((await page.$$eval(GHOST, (parts) => parts.map((part) => part.textContent))).join(""));
    await page.waitForTimeout(150);
  }
  return text;
}

export const saved = async () => {
  await press("Control+s");
  await page.waitForSelector(".tab.active.dirty", { state: "detached" });
};

export async function started() {
  await page.goto(FORETYPE_URL, { waitUntil: "domcontentloaded" });
  await page.waitForSelector(".monaco-workbench .part.statusbar");
}

