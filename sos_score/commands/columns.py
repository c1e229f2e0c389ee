"""A column map proposed for a file, to be corrected."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable
from pathlib import Path

from sos_score.commands.score_request import load_definitions
from sos_score.output.files import check_output, write_text
from sos_score.survey.proposal.map_text import write_map
from sos_score.survey.proposal.propose import Proposal, propose_columns
from sos_score.survey.readers.export import ReadingOptions
from sos_score.survey.readers.registry import open_export


def propose_map(
    name: str, instruments: Iterable[str], output: str | None, reading: ReadingOptions, *, force: bool
) -> None:
    """Write a column map of a file, or one for each occasion that stands side by side, and say what is not sure."""
    given = list(instruments)
    definitions = load_definitions(given)
    with open_export(name, reading) as opened, opened.normalise() as export:
        proposal = propose_columns(export, [each.instrument for each in definitions])
    targets = {occasion: _name_target(output, occasion) for occasion in proposal.occasions}
    shown = [target or f"columns{f'_{occasion}' if occasion else ''}.yaml" for occasion, target in targets.items()]
    step = _name_step(name, given, shown, reading)
    for target in targets.values():
        if target is not None:
            check_output(Path(target), force=force, inputs=[name, *given])
    for number, (occasion, target) in enumerate(targets.items()):
        text = write_map(proposal, occasion, step)
        write_text(text if target or not number else f"---\n{text}", target, force=force, inputs=[name, *given])
    if output not in (None, "-"):
        _say(proposal, shown, step)


def _name_target(output: str | None, occasion: str) -> str | None:
    if output in (None, "-") or not occasion:
        return None if output == "-" else output
    path = Path(str(output))
    return str(path.with_name(f"{path.stem}_{occasion}{path.suffix}"))


def _name_step(name: str, instruments: list[str], maps: list[str], reading: ReadingOptions) -> str:
    """Return the command that uses the maps: a file with several occasions is named once for each."""
    words = ["sos-score", "score", *[name] * len(maps)]
    words += [word for each in instruments for word in ("-i", each)]
    words += [word for each in maps for word in ("-c", each)]
    return shlex.join([*words, *reading.list_words()])


def _say(proposal: Proposal, written: list[str], step: str) -> None:
    lines = [f"{path} written" for path in written]
    lines += [f"not sure: {doubt}" for doubt in proposal.doubts]
    lines.append(f"correct {'it' if len(written) == 1 else 'them'}, then: {step}")
    print("\n".join(lines), file=sys.stderr)  # noqa: T201 - messages go to standard error
