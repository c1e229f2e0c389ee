"""``python -m sos_score``."""

from sos_score.cli import main

main()
