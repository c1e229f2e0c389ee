"""A commented starter file: of an instrument, or of a study."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass

from sos_score.definition.instrument.starter import make_starter
from sos_score.definition.study.starter import make_study_starter
from sos_score.output.files import write_text
from sos_score.words import join


@dataclass(frozen=True)
class StarterRequest:
    """What a starter definition is to hold; scales and reversed items by the numbers of items."""

    name: str
    items: int
    labels: str = "1-5"
    answered_by: tuple[str, ...] = ()
    subscales: tuple[str, ...] = ()
    reversed_items: tuple[str, ...] = ()


def start_instrument(request: StarterRequest, output: str | None, *, force: bool) -> None:
    """Write a starter definition of an instrument."""
    starter = make_starter(
        request.name,
        request.items,
        request.labels,
        answered_by=request.answered_by,
        subscales=request.subscales,
        reversed_items=request.reversed_items,
    )
    _write(starter.id, starter.text, "check it with", output, force=force)
    if starter.no_answers and output != "-":
        said = join([f"'{each}'" for each in starter.no_answers])
        print(f"not answers, and put under missing: {said}", file=sys.stderr)  # noqa: T201 - a message


def start_study(name: str, output: str | None, *, force: bool) -> None:
    """Write a starter study file."""
    starter = make_study_starter(name)
    _write(starter.id, starter.text, "name your files in it, then", output, force=force)


def _write(name: str, text: str, next_step: str, output: str | None, *, force: bool) -> None:
    target = output or f"{name}.yaml"
    write_text(text, target, force=force)
    if target != "-":
        print(f"{target} written; {next_step}: sos-score validate {shlex.quote(target)}", file=sys.stderr)  # noqa: T201 - a message
