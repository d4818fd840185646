// Plays one story in VS Code as a user would; prints what it saw as JSON on the last line.
// The stories assert only what is needed to go on; what has to be true is said in test_vscode*.py.
import * as actions from "./vscode_actions.mjs";
import { command, context, page, shot } from "./vscode_page.mjs";
import * as server from "./vscode_server.mjs";
import * as typing from "./vscode_typing.mjs";

const stories = { ...typing, ...server, ...actions };

let seen;
try {
  seen = await stories[process.argv[2]]();
} catch (error) {
  console.error(error.stack);
  await shot(`failed-${process.argv[2]}`).catch(() => undefined);
  await command("Foretype: Show Log").catch(() => undefined);
  await command("Notifications: Show Notifications").catch(() => undefined);
  await page.waitForTimeout(1000);
  await shot(`failed-${process.argv[2]}-log`).catch(() => undefined);
  process.exitCode = 1;
}
await context.close();
console.log(JSON.stringify(seen ?? null));
