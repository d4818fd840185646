"""Text as values: lines, positions, documents and edits. Knows nothing of the protocol; does no I/O."""
