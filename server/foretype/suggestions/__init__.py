"""What is known already: text that a model is writing or has written, and where it still fits."""
