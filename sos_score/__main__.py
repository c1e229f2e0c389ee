"""The command, and ``python -m sos_score``."""

import sys


def main() -> None:
    """Run the command line; Ctrl+C while it is still being loaded ends it as quietly as later."""
    try:
        from sos_score.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
