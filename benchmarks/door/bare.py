"""The baseline: the smallest pygls server that does the same on paper (`python -m benchmarks.door.bare`)."""

from lsprotocol import types
from pygls.lsp.server import LanguageServer

server = LanguageServer("bare", "1")


@server.feature(types.TEXT_DOCUMENT_INLINE_COMPLETION, types.InlineCompletionOptions())
def inline_completion(params: types.InlineCompletionParams) -> types.InlineCompletionList:
    """Nothing to suggest."""
    return types.InlineCompletionList([])


if __name__ == "__main__":
    server.start_io()
