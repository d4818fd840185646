"""Raw text of a model to text that fits the buffer: one filter a file, listed in order once, in pipeline.py."""
