"""`python -m foretype` is the same as the `foretype` command."""

from foretype.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
