"""The command, and ``python -m sos_score``."""

import gc
import os
import sys


def main() -> None:
    """Run the command line; Ctrl+C while it is still being loaded ends it as quietly as later."""
    # Hardly anything that is loaded is ever let go: looking for it after every 700 objects takes longer than it saves.
    gc.set_threshold(200_000)
    # Plug-ins of other packages to pydantic have no say in what is valid here, and looking for them takes time.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
    try:
        from sos_score.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    try:
        run()
    finally:
        gc.freeze()  # nor is it worth looking for at the end, when all goes


if __name__ == "__main__":
    main()
