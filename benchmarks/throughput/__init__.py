"""Many questions to a model: one after another, in batches, and at once."""
