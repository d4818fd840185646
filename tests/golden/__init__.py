"""Golden cases: what a user sees in the buffer for what a model wrote. See README.md beside this."""
