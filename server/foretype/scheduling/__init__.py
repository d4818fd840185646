"""When, and whether, to ask a model."""
