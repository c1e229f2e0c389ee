"""The examples of a rule's page as files: its part of a file, laid over a small one that is sound.

`python tests/rules/laid.py` writes `texts.txt` anew: what a user sees of each bad example.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER.parents[1]), str(FOLDER.parent)]

from support import commit  # noqa: E402

from sos_score.commands.validate import validate_paths  # noqa: E402 - found through the path above
from sos_score.commands.validation.found import Validation  # noqa: E402
from sos_score.commands.validation.text import write_text  # noqa: E402
from sos_score.definition.catalogue.registry import CATALOGUE  # noqa: E402
from sos_score.definition.catalogue.rule import Rule  # noqa: E402

BASE, TEXTS = FOLDER / "base", FOLDER / "texts.txt"
LAID = [rule for rule in CATALOGUE.values() if rule.name not in ("file", "other")]


def split_parts(text: str) -> dict[str, str]:
    """Return the text of each top-level key."""
    parts: dict[str, str] = {}
    key = ""
    for line in text.splitlines(keepends=True):
        if match := re.match(r"(\w+):", line):
            key = match[1]
        parts[key] = parts.get(key, "") + line
    return parts


def lay(rule: Rule, part: str, folder: Path) -> Validation:
    """Return what strict validation finds in `part`, laid over the small file of its kind in `folder`."""
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    kind = "instrument" if rule.kind == "any" else rule.kind
    base = (BASE / f"{kind}.yaml").read_text(encoding="utf-8")
    text = "".join((split_parts(base) | split_parts(part)).values())
    name = "example.yaml"
    names = [name]
    if rule.is_across:
        (folder / name).write_text(base, encoding="utf-8")
        (folder / "second").mkdir(exist_ok=True)
        name = f"second/{split_parts(part)['id'].removeprefix('id: ').strip()}.yaml"
        names.append(name)
    if rule.is_revised:
        (folder / name).write_text(base, encoding="utf-8")
        commit(folder)
    (folder / name).write_text(text, encoding="utf-8")
    here = Path.cwd()
    os.chdir(folder)
    try:
        return validate_paths(names, profile="strict", changed_from="HEAD" if rule.is_revised else "")
    finally:
        os.chdir(here)


def make_texts() -> str:
    """Return what a user sees of each rule's bad example."""
    texts = []
    for rule in LAID:
        with tempfile.TemporaryDirectory() as folder:
            texts.append(f"== {rule.id} {rule.title}\n{write_text(lay(rule, rule.bad, Path(folder)))}\n")
    return "\n".join(texts)


if __name__ == "__main__":
    TEXTS.write_text(make_texts(), encoding="utf-8")
