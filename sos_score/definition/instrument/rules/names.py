"""Rules on norms and examples: what they name exists."""

from __future__ import annotations

from collections.abc import Iterator

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.rules.finding import Finding, UnreadableParts, describe_ids
from sos_score.errors import guess


def check_norms(instrument: Instrument, lost: UnreadableParts) -> Iterator[Finding]:
    """Norms are for scales that exist and have a spread."""
    known = lost.list_known("scales", instrument.scales)
    for name, norm in instrument.norms.items():
        for scale, raw in norm.scales.items():
            loc = ("norms", name, "scales", scale)
            if scale not in known and "scales" not in lost.sections:
                message = f"no scale '{scale}' (scales: {', '.join(known)})"
                yield Finding(loc, message, guess(scale, known), rule="norm-unknown-scale")
            if not raw.sd > 0:
                message = f"{raw.sd:g} is not a standard deviation (more than 0)"
                yield Finding((*loc, "sd"), message, rule="norm-without-spread")
    if instrument.norms and instrument.verification.norms is None and "verification" not in lost.sections:
        message = "has norms, and no 'norms' claim says who vouches for them"
        yield Finding(("verification",), message, rule="norm-without-claim")


def check_example_names(instrument: Instrument, lost: UnreadableParts) -> Iterator[Finding]:
    """Examples answer items that exist and state scores of scales that exist."""
    items = list(instrument.response_names)
    scales = lost.list_known("scales", instrument.scales)
    answers = [[item for item in example.answers if item != "all"] for example in instrument.examples]
    if items:
        yield from _find_unknown("answers", answers, "item", items)
    if scales:
        yield from _find_unknown("scores", [list(example.scores) for example in instrument.examples], "scale", scales)


def _find_unknown(section: str, named: list[list[str]], kind: str, known: list[str]) -> Iterator[Finding]:
    """Yield each name that does not exist once, at the first example that has it."""
    examples: dict[str, list[int]] = {}
    for index, names in enumerate(named):
        for name in names:
            if name not in known:
                examples.setdefault(name, []).append(index)
    shown = describe_ids(known) if kind == "item" else ", ".join(known)
    for name, places in examples.items():
        also = f"; in {len(places)} examples" if len(places) > 1 else ""
        message = f"no {kind} '{name}' ({kind}s: {shown}){also}"
        yield Finding(("examples", places[0], section, name), message, guess(name, known), f"example-unknown-{kind}")
