"""What today's editors say of themselves in `initialize`: the parts that concern documents, suggestions and settings.

Written by hand from the editors' own sources, since the presets that pytest-lsp ships end in 2024 and know nothing of
inline completion. Each is the params of `initialize` without processId.
"""

from __future__ import annotations

from typing import Any

SURE = ("--set", "completion.threshold=0.01")
"""Arguments for the server: the embedded engine says what it has, however sure it is of the tests' texts."""

_DYNAMIC = {"dynamicRegistration": True}
_STATIC = {"dynamicRegistration": False}
_DOCUMENTATION = ["markdown", "plaintext"]

# VS Code 1.139 with vscode-languageclient 11, which takes no other encoding than UTF-16.
VS_CODE: dict[str, Any] = {
    "clientInfo": {"name": "Visual Studio Code", "version": "1.139.1"},
    "locale": "en",
    "capabilities": {
        "general": {
            "positionEncodings": ["utf-16"],
            "staleRequestSupport": {"cancel": True, "retryOnContentModified": ["textDocument/semanticTokens/full"]},
            "regularExpressions": {"engine": "ECMAScript", "version": "ES2020"},
            "markdown": {"parser": "marked", "version": "1.1.0"},
        },
        "window": {"workDoneProgress": True, "showDocument": {"support": True}},
        "workspace": {
            "applyEdit": True,
            "configuration": True,
            "workspaceFolders": True,
            "didChangeConfiguration": _DYNAMIC,
            "didChangeWatchedFiles": {**_DYNAMIC, "relativePatternSupport": True},
            "executeCommand": _DYNAMIC,
        },
        "textDocument": {
            "synchronization": {**_DYNAMIC, "willSave": True, "willSaveWaitUntil": True, "didSave": True},
            "inlineCompletion": _DYNAMIC,
            "completion": {
                **_DYNAMIC,
                "contextSupport": True,
                "insertTextMode": 2,
                "completionItem": {
                    "snippetSupport": True,
                    "labelDetailsSupport": True,
                    "insertReplaceSupport": True,
                    "documentationFormat": _DOCUMENTATION,
                },
                "completionList": {"itemDefaults": ["commitCharacters", "editRange", "insertTextFormat", "data"]},
            },
        },
        "notebookDocument": {"synchronization": {**_DYNAMIC, "executionSummarySupport": True}},
    },
}

# Neovim 0.12 with vim.lsp.inline_completion.
NEOVIM: dict[str, Any] = {
    "clientInfo": {"name": "Neovim", "version": "0.12.4"},
    "trace": "off",
    "capabilities": {
        "general": {"positionEncodings": ["utf-8", "utf-16", "utf-32"]},
        "window": {"workDoneProgress": True, "showDocument": {"support": True}},
        "workspace": {
            "applyEdit": True,
            "configuration": True,
            "workspaceFolders": True,
            "didChangeConfiguration": _STATIC,
            "didChangeWatchedFiles": {**_STATIC, "relativePatternSupport": True},
        },
        "textDocument": {
            "synchronization": {**_STATIC, "willSave": True, "willSaveWaitUntil": True, "didSave": True},
            "inlineCompletion": _STATIC,
            "completion": {
                **_STATIC,
                "contextSupport": True,
                "completionItem": {
                    "snippetSupport": True,
                    "documentationFormat": _DOCUMENTATION,
                    "resolveSupport": {"properties": ["additionalTextEdits", "command"]},
                },
                "completionList": {"itemDefaults": ["editRange", "insertTextFormat", "insertTextMode", "data"]},
            },
        },
    },
}

# Emacs 30 with eglot, which has no ghost text.
EMACS: dict[str, Any] = {
    "clientInfo": {"name": "Eglot", "version": "1.17.30"},
    "capabilities": {
        "general": {"positionEncodings": ["utf-32", "utf-8", "utf-16"]},
        "window": {"showDocument": {"support": True}, "workDoneProgress": True},
        "workspace": {
            "applyEdit": True,
            "configuration": True,
            "workspaceFolders": True,
            "executeCommand": _STATIC,
            "didChangeWatchedFiles": _DYNAMIC,
        },
        "textDocument": {
            "synchronization": {**_STATIC, "willSave": True, "willSaveWaitUntil": True, "didSave": True},
            "completion": {
                **_STATIC,
                "contextSupport": True,
                "completionItem": {
                    "snippetSupport": False,
                    "deprecatedSupport": True,
                    "resolveSupport": {"properties": ["documentation", "details", "additionalTextEdits"]},
                },
            },
        },
        "experimental": {},
    },
}

EDITORS = {"VS Code 1.139": VS_CODE, "Neovim 0.12": NEOVIM, "Emacs 30": EMACS}
ENCODINGS = {"VS Code 1.139": "utf-16", "Neovim 0.12": "utf-8", "Emacs 30": "utf-32"}
