"""The command, and ``python -m sos_score``."""

import gc
import sys


def main() -> None:
    """Run the command line; Ctrl+C while it is still being loaded ends it as quietly as later."""
    # Hardly anything that is loaded is ever let go: looking for it after every 700 objects takes longer than it saves.
    gc.set_threshold(200_000)
    try:
        from sos_score.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
