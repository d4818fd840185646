"""From a place in a document to the prompt a model is sent: templates, token budget, tokenizers."""
