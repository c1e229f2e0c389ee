"""Scripts of a study for R and Python, written from its plan."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sos_score.comparison.plan import make_plan
from sos_score.study.data import StudyData
from sos_score.version import __version__
from sos_score.words import pluralise

if TYPE_CHECKING:
    from jinja2 import Environment

TOLERANCE = 1e-6
"""The largest difference between our numbers and another program's that counts as none, relative above 1."""
SCRIPTS = ("README.md", "judged_rows.R", "judged_rows.py", "reliability.R", "invariance.R", "imputation.R",
           "bayes.R")  # fmt: skip
IMPUTATIONS = 50
"""How often missing scores are filled in."""
_PLAIN = re.compile(r"[A-Za-z0-9 _.,:()-]")


def quote_text(text: str) -> str:
    r"""Return a text as a literal that R and Python both read, and that nothing in the text can end.

    Examples
    --------
    >>> print(quote_text('x"); system("id'))
    "x\u0022)\u003b system(\u0022id"
    """
    return '"' + "".join(each if _PLAIN.fullmatch(each) else _escape(each) for each in text) + '"'


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def quote_list(texts: Iterable[str]) -> str:
    """Return texts as literals, one after another."""
    return ", ".join(map(quote_text, texts))


def flatten(text: str) -> str:
    r"""Return a text on one line, without characters that could end a comment.

    Examples
    --------
    >>> flatten("one\ntwo\x0bthree")
    'one two three'
    """
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def make_scripts(data: StudyData) -> dict[str, str]:
    """Return each script of a study by the name of its file."""
    environment = _open_templates()
    study, plan = data.study, make_plan(data.study)
    below = {level for table in data.tables for level in table.below_site}
    nested = tuple(level for level in study.levels if level in below)
    values = {
        "title": study.title,
        "software": f"sos-score {__version__}",
        "tolerance": TOLERANCE,
        "alpha": plan.alpha,
        "sites": tuple(plan.sites),
        "waves": tuple(plan.waves),
        "treated": plan.treated,
        "reference": plan.reference,
        "adjustment": {"bh": "BH"}.get(plan.adjustment, plan.adjustment),
        "seed": plan.seed,
        "imputations": IMPUTATIONS,
        "nested": nested,
        "groups": pluralise(next(iter(nested), "person")),
    }
    return {name: environment.get_template(f"{name}.j2").render(values) for name in SCRIPTS}


def _open_templates() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(  # scripts are no HTML: every text goes through one of the filters below
        loader=PackageLoader("sos_score.export"), undefined=StrictUndefined, keep_trailing_newline=True,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"text": quote_text, "texts": quote_list, "line": flatten}
    return environment
