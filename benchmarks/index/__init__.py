"""What the workspace index costs: see `__main__`."""
