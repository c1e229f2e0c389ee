"""Write the reference: `python docs/reference/generate.py`, from the commands, the models and the docstrings.

The pages are committed, so that they can be read without building the site; a test fails when they are stale.
"""

from __future__ import annotations

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parents[1])]

from command_pages import make_command_page  # noqa: E402 - found through the path above
from file_pages import make_file_page  # noqa: E402
from library_pages import make_library_page  # noqa: E402
from rule_page import make_rule_page  # noqa: E402

NOTE = "\n<!-- Made by docs/reference/generate.py from the program itself; a change here is lost. -->\n"
FILES = {
    "instrument": ("Definition of an instrument", "Explained in [Write a definition](../definitions.md)."),
    "columns": ("Column map", "Explained in [Score an export](../score.md#columns-with-other-names)."),
    "norms": ("Norms", "Explained in [Score an export](../score.md#t-scores)."),
    "study": ("Study file", "Explained in [Describe a study](../study.md)."),
    "wording": ("Item wording", "Explained in [Use licensed wording](../how-to/licensed-wording.md)."),
}


def make_pages() -> dict[str, str]:
    """Return every page of the reference by its file name."""
    pages = {f"{kind}.md": make_file_page(kind, *about) for kind, about in FILES.items()}
    pages |= {"commands.md": make_command_page(), "library.md": make_library_page(), "rules.md": make_rule_page()}
    return {name: text + NOTE for name, text in pages.items()}


if __name__ == "__main__":
    for name, text in make_pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
