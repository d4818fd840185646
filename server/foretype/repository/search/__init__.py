"""Search over the workspace: chunks of text, symbols, imports and what changes together, in one SQLite file."""
