/** The page that shows a text, as plain data. Knows nothing of VS Code. */

/**
 * The page. Only the script with this nonce runs, and nothing is loaded: an image in a model's text would tell its
 * address, and whatever the text puts there, to somebody else.
 */
export function page(nonce: string): string {
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'; form-action 'none'; base-uri 'none'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<style>${STYLE}</style>
</head>
<body>
<article id="text" aria-live="polite"></article>
<script nonce="${nonce}">${SCRIPT}</script>
</body>
</html>`;
}

/** A text that is not to be read as Markdown, nor as HTML. */
export function asItIs(text: string): string {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<pre style="white-space: pre-wrap">${escaped}</pre>`;
}

const STYLE = `
body { font: var(--vscode-font-size, 13px)/1.6 var(--vscode-font-family, sans-serif); padding: 0.5em 1.2em 2em; max-width: 48em; }
h1, h2, h3 { font-weight: 600; line-height: 1.3; }
h1 { font-size: 1.5em; } h2 { font-size: 1.3em; } h3 { font-size: 1.1em; }
code { font-family: var(--vscode-editor-font-family, monospace); font-size: var(--vscode-editor-font-size, 12px); }
pre { background: var(--vscode-textCodeBlock-background); padding: 0.8em 1em; overflow-x: auto; border-radius: 3px; }
blockquote { margin: 0; padding: 0 1em; border-left: 3px solid var(--vscode-textBlockQuote-border); }
a { color: var(--vscode-textLink-foreground); }
table { border-collapse: collapse; } th, td { padding: 0.2em 0.6em; border: 1px solid var(--vscode-widget-border, #8888); }
.streaming > :last-child::after { content: "▍"; opacity: 0.6; }
`;

/** Follows the end of the text while it comes, unless the reader has scrolled up. */
const SCRIPT = `
const text = document.getElementById("text");
window.addEventListener("message", ({ data }) => {
  const root = document.scrollingElement;
  const atEnd = root.scrollTop > 0 && root.scrollTop + root.clientHeight >= root.scrollHeight - 8;
  text.innerHTML = data.html;
  text.className = data.streaming ? "streaming" : "";
  if (atEnd && data.streaming) {
    root.scrollTop = root.scrollHeight;
  }
});
acquireVsCodeApi().postMessage("ready");
`;
