"""Who offers snippets: one file each. All run in a thread off the keystroke's path, and read nothing but the scene."""
