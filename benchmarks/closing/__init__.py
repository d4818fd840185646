"""How soon a model's server sees that nobody wants its answer any more."""
