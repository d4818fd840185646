"""What the user asked for: plain data in, plain data out."""
