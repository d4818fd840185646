"""While a model writes: read its answer as text to insert, and end the stream where the rest would be useless."""
