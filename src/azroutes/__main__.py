"""``python -m azroutes`` is the command."""

from azroutes.cli import main

if __name__ == "__main__":
    main()
