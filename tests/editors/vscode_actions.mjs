// Stories of code actions: an edit by command, a fix by the light bulb's menu, an explanation, a commit message.
import { command, goTo, messages, open, page, plain, press, saved, shot, started, status, statusIs, until } from "./vscode_page.mjs";

const MENU = ".action-widget .monaco-list-row";
const PREVIEW = ".part.panel .monaco-list-row";
const dirty = () => page.waitForSelector(".tab.active.dirty");

/** What the panel of an explanation shows, which is in a frame of its own; "" where there is none. */
async function explanation() {
  for (const frame of page.frames()) {
    const text = await frame.$eval("#text", (article) => article.innerText).catch(() => "");
    if (text.trim()) {
      return plain(text).trim();
    }
  }
  return "";
}

/** Open the menu of actions. VS Code drops it where its light bulb asks in the same moment; then a user opens it again. */
async function openMenu() {
  for (let tries = 0; tries < 10; tries++) {
    await press("Control+.");
    if (await page.waitForSelector(MENU, { timeout: 3000 }).then(() => true, () => false)) {
      return page.waitForTimeout(300);
    }
    await press("Escape");
  }
  throw new Error("The menu of actions did not open.");
}

/** All in one window: what one leaves behind must not be in the way of the next. */
export async function actions() {
  await started();
  await statusIs("Ready.");
  const document = await documented();
  const fix = await fixed();
  const explain = await explained();
  const commit = await committed();
  return { document, fix, explain, commit, messages: await messages() };
}

/** An edit that the user wants to see first: nothing is ticked, so that nothing happens by mistake. */
export async function previewed() {
  await started();
  await statusIs("Ready.");
  await open("shapes.py");
  await goTo(17);
  await command("Foretype: Document");
  await page.locator(PREVIEW).first().waitFor();
  const before = await page.locator(".tab.active.dirty").count();
  await page.locator(PREVIEW).first().locator("input[type=checkbox], .monaco-custom-toggle, .monaco-checkbox").first().click();
  await shot("preview");
  await page.locator(".part.panel .monaco-button", { hasText: "Apply" }).click();
  await dirty();
  await saved();
  return { before, messages: await messages() };
}

/** A model is configured, and the server is nowhere: it is set up, then what models need, then the model is asked. */
export async function setupForModel() {
  await started();
  await page.locator(".notification-list-item-buttons-container .monaco-button", { hasText: "Set Up" }).click();
  await statusIs("What models need is being installed.");
  await shot("setup-completes");
  for (let tries = 0; tries < 6 && !(await status()).includes("Ready."); tries++) {
    await statusIs("Ready.").catch(() => undefined);
  }
  const document = await documented();
  return { document, messages: await messages() };
}

/** Tests become a file of their own, which VS Code has the user agree to. */
export async function writeTests() {
  await started();
  await statusIs("Ready.");
  await open("shapes.py");
  await goTo(9);
  await command("Foretype: Write Tests");
  await page.locator(PREVIEW, { hasText: "test_shapes.py" }).waitFor();
  await shot("tests-preview");
  await page.locator(PREVIEW).first().locator("input[type=checkbox], .monaco-custom-toggle, .monaco-checkbox").first().click();
  await page.locator(".part.panel .monaco-button", { hasText: "Apply" }).click();
  await page.locator('.tab.active[data-resource-name="test_shapes.py"]').waitFor();
  await shot("tests");
  await command("File: Save All");
  await page.waitForSelector(".tab.dirty", { state: "detached" });
  return { active: await page.getAttribute(".tab.active", "data-resource-name"), messages: await messages() };
}

async function documented() {
  await open("shapes.py");
  await goTo(17);
  await command("Foretype: Document");
  await dirty();
  await shot("document");
  await saved();
  return { previews: await page.locator(PREVIEW).count() };
}

async function fixed() {
  await open("data.json");
  await page.waitForSelector(".squiggly-error, .squiggly-warning", { state: "attached" });
  await goTo(3);
  await press("End", "ArrowLeft");
  await openMenu();
  await shot("fix-menu");
  const titles = (await page.$$eval(MENU, (rows) => rows.map((row) => row.textContent))).map(plain);
  await page.locator(MENU, { hasText: "Fix:" }).first().click();
  await dirty();
  await shot("fix");
  await saved();
  return titles;
}

async function explained() {
  await open("shapes.py");
  await goTo(9);
  await command("Foretype: Explain");
  await until(async () => (await explanation()).includes("Loads a circle"), "the beginning of the explanation");
  const first = await explanation();
  await shot("explain-begins");
  await until(async () => (await explanation()).includes("it ends"), "the end of the explanation");
  await shot("explain");
  return { first, whole: await explanation() };
}

async function committed() {
  await press("Control+Shift+g");
  await page.waitForSelector(".scm-editor");
  const button = page.locator('.pane-header a[aria-label*="Write Commit Message"], .title-actions a[aria-label*="Write Commit Message"]').first();
  await button.waitFor();
  await shot("commit-button");
  await button.click();
  await until(async () => (await boxed()) !== "", "the message");
  await shot("commit");
  return await boxed();
}

const boxed = async () => plain(await page.textContent(".scm-editor .view-lines")).trim();
