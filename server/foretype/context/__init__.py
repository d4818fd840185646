"""What the model may see, and what it should."""
