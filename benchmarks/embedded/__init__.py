"""How often the embedded engine is right, how sure it is, and what it costs.  `python -m benchmarks.embedded`."""
