"""What the user wants: one typed model of all options, and the rules by which sources are merged into it."""
