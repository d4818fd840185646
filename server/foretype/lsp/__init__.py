"""The door: the only code that knows pygls and lsprotocol. Behind it there are plain values only."""
