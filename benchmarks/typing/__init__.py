"""What typing feels like through the real server: a person, an editor's ghost text, and a model with a clock."""
