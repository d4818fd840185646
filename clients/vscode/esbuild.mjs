// Bundles the extension into dist/extension.js, or with --tests each test into dist/test/.
import { build } from "esbuild";
import { readdirSync, rmSync } from "node:fs";

const tests = process.argv.includes("--tests");
const outdir = tests ? "dist/test" : "dist";
rmSync(outdir, { recursive: true, force: true });

await build({
  entryPoints: tests ? readdirSync("test").map((name) => `test/${name}`) : ["src/extension.ts"],
  outdir,
  bundle: true,
  platform: "node",
  // What VS Code 1.91, the oldest that the extension runs in, has.
  target: "node20",
  format: "cjs",
  external: ["vscode"],
  // Names stay, so that a stack trace in someone's log can be read.
  minifyWhitespace: !tests,
  minifySyntax: !tests,
  logLevel: "warning",
});
