// Stories of somebody who types: ghost text, the menu that steers it, a model and its key.
import { choose, command, GHOST, ghost, ITEM, open, page, plain, press, saved, shot, started, status, statusIs } from "./vscode_page.mjs";

export async function typing() {
  const began = Date.now();
  await started();
  await open("shapes.py");
  await statusIs("Ready.");
  await page.keyboard.type("    def get_hexagon(self, name):\n");
  const first = await ghost();
  const milliseconds = Date.now() - began;
  await shot("ghost");
  await page.screenshot({ path: `${process.env.FORETYPE_SHOTS}/vscode-picture.png`, clip: { x: 328, y: 36, width: 560, height: 470 } });
  await press("Tab");
  await page.waitForTimeout(200);
  await shot("accepted");
  await saved();
  await open("sizes.py");
  await page.keyboard.type("    def sechseck(self, name):\n");
  await page.keyboard.insertText('self.größen.melde("名前 😀"');
  await page.keyboard.type(",");
  const second = await ghost();
  await shot("multibyte");
  await press("Tab");
  await page.waitForTimeout(200);
  await saved();
  return { first, second, milliseconds };
}

export async function menu() {
  await started();
  await open("shapes.py");
  await statusIs("Ready.");
  await page.click(ITEM);
  await page.waitForSelector(".quick-input-list .monaco-list-row");
  await shot("menu");
  await press("Escape");
  const labels = await choose("Turn Off in This Window");
  await statusIs("off in this window");
  const off = await status();
  await page.click(".editor-instance .view-lines");
  await press("Control+End");
  await page.keyboard.type("    def get_hexagon(self, name):\n");
  await page.waitForTimeout(1500);
  const whileOff = await page.locator(GHOST).count();
  await choose("Turn On in This Window");
  await statusIs("Ready.");
  await page.click(".editor-instance .view-lines");
  await press("Control+End");
  await page.keyboard.type("s");
  const again = await ghost();
  await press("Escape");
  await choose("Snooze...");
  await page.locator(".quick-input-list .monaco-list-row", { hasText: "15 minutes" }).click();
  await statusIs("Snoozed");
  const snoozed = await status();
  await shot("snoozed");
  await page.click(".editor-instance .view-lines");
  await press("Control+End");
  await page.keyboard.type("e");
  await page.waitForTimeout(1500);
  const whileSnoozed = await page.locator(GHOST).count();
  await choose("End the Snooze");
  await statusIs("Ready.");
  await page.click(".editor-instance .view-lines");
  await press("Control+End", "Backspace");
  await choose("Turn Off for python");
  await statusIs("off for this language");
  await page.click(".editor-instance .view-lines");
  await press("Control+End");
  await page.keyboard.type("e");
  await page.waitForTimeout(1500);
  const languageOff = await page.locator(GHOST).count();
  await command("Foretype: Show Log");
  await page.waitForSelector(".part.panel .monaco-editor");
  await page.waitForTimeout(500);
  await shot("log");
  const log = await page.$eval(".part.panel select", (select) => select.value);
  return { labels, off, whileOff, again, snoozed, whileSnoozed, languageOff, log };
}

export async function model() {
  await started();
  await statusIs("Ready.");
  await command("Foretype: Set API Key");
  await page.waitForSelector(".quick-input-widget input");
  await page.waitForTimeout(300);
  await press("Enter");
  await page.waitForSelector(".quick-input-widget input[type=password]");
  await page.keyboard.type("made-up-key");
  await shot("key");
  await press("Enter");
  await page.waitForTimeout(1500);
  await statusIs("Ready.");
  await open("shapes.py");
  // A line that the embedded engine knows nothing of: where it is sure, it comes first. The model is being connected
  // to for a while, and the editor asks again at the next key only.
  await page.keyboard.type("    zeta = ");
  for (let tries = 0; tries < 10 && (await page.locator(GHOST).count()) === 0; tries++) {
    await page.waitForTimeout(2000);
    await press("Backspace", "Space");
  }
  const first = await ghost();
  await shot("model");
  await press("Control+ArrowRight");
  await page.waitForTimeout(500);
  const rest = await ghost();
  await shot("word");
  await press("Escape");
  await saved();
  return { first, rest };
}

const says = (word) =>
  page.waitForFunction(
    ([selector, text]) => [...document.querySelectorAll(selector)].some((part) => part.textContent.includes(text)),
    [GHOST, word],
  );

/** A model that writes slowly: no key falls but the last, Escape. */
export async function growing() {
  await started();
  await statusIs("Ready.");
  await open("shapes.py");
  await page.keyboard.type("    def zeta_of(self, gamma):\n");
  await says("alpha");
  const first = (await page.locator(GHOST).allTextContents()).join("");
  await says("omega");
  const grown = (await page.locator(GHOST).allTextContents()).join("");
  await shot("grown");
  await press("Escape");
  await page.waitForSelector(GHOST, { state: "detached", timeout: 2000 });
  await page.waitForTimeout(4000);
  const after = await page.locator(GHOST).count();
  await shot("waved-away");
  return { first, grown, after };
}

/** The same, while the user has turned to something else in the window: it has the focus, and keeps it. */
export async function growingBehind() {
  await started();
  await statusIs("Ready.");
  await open("shapes.py");
  await page.keyboard.type("    def zeta_of(self, gamma):\n");
  await says("alpha");
  const kept = {};
  for (const [what, key, box] of [
    ["list", "Control+p", ".quick-input-widget input"],
    ["palette", "F1", ".quick-input-widget input"],
    ["find", "Control+f", ".find-widget textarea"],
  ]) {
    await press(key);
    await page.waitForSelector(box);
    await page.waitForTimeout(4000);
    await shot(`growing-behind-${what}`);
    await page.keyboard.type("gamma");
    kept[what] = (await page.inputValue(box)).replace(/^>/, "");
    await press("Escape");
  }
  await press("Control+End");
  const lines = plain(await page.textContent(".editor-instance .view-lines"));
  return { kept, typed: lines.includes("gammagamma") };
}
