"""Run the commands shown on the pages of the docs, put what they print now below them, and draw the imports anew.

``python docs/refresh.py [PAGE...]`` takes every page unless some are named. Read the difference before you commit it.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support import run_shell  # noqa: E402 - the tests' own way of running a command
from test_architecture import draw_imports  # noqa: E402
from test_docs import BLOCK, PAGES, put_file, show_lines, split_commands  # noqa: E402


def refresh(page: Path) -> bool:
    """Rewrite one page where its commands print something else; return whether they do."""
    with tempfile.TemporaryDirectory() as folder:
        workplace = Path(folder)
        for name in ("examples", "instruments"):
            shutil.copytree(ROOT / name, workplace / name)

        def renew(block: re.Match[str]) -> str:
            if block["file"]:
                put_file(workplace, block)
                return block[0]
            parts = []
            for command, shown in split_commands(block["text"]):
                printed = run_shell(command, workplace)
                is_same = show_lines(printed) == show_lines(shown)
                renewed = "\n".join(show_lines(printed)) + (shown[len(shown.rstrip()) :] or "\n")
                parts.append(f"$ {command}\n{shown if is_same else renewed}")
            return "```console\n" + "".join(parts) + "```"

        before = page.read_text(encoding="utf-8")
        after = BLOCK.sub(renew, before)
    if page.name == "contributing.md":
        after = re.sub(r"```text\nversion\n.*?```", f"```text\n{draw_imports()}\n```", after, flags=re.DOTALL)
    page.write_text(after, encoding="utf-8")
    return after != before


if __name__ == "__main__":
    for page in [Path(name).resolve() for name in sys.argv[1:]] or PAGES:
        if refresh(page):
            print(page.relative_to(ROOT))  # noqa: T201 - what was changed
