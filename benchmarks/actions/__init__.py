"""Code actions: how fast the menu is, how soon a cancelled stream is closed, how near bulk work comes to the ideal."""
