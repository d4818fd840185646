"""Search over the workspace: chunks of text, symbols and what changes together, in one SQLite file."""
