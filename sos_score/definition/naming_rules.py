"""Rules on norms and examples: what they name exists."""

from __future__ import annotations

from collections.abc import Iterator

from sos_score.definition.finding import Finding, Lost, describe_ids
from sos_score.definition.instrument import Instrument
from sos_score.definition.yamlfile import Loc
from sos_score.errors import guess


def check_norms(instrument: Instrument, lost: Lost) -> Iterator[Finding]:
    """Norms are for scales that exist and have a spread."""
    known = lost.list_known("scales", instrument.scales)
    for name, norm in instrument.norms.items():
        for scale, raw in norm.scales.items():
            loc = ("norms", name, "scales", scale)
            if scale not in known and "scales" not in lost.sections:
                yield Finding(loc, f"no scale '{scale}' (scales: {', '.join(known)})", guess(scale, known))
            if not raw.sd > 0:
                yield Finding((*loc, "sd"), f"{raw.sd:g} is not a standard deviation (more than 0)")
    if instrument.norms and instrument.verification.norms is None and "verification" not in lost.sections:
        yield Finding(("verification",), "has norms, and no 'norms' claim says who vouches for them")


def check_example_names(instrument: Instrument, lost: Lost) -> Iterator[Finding]:
    """Examples answer items that exist and state scores of scales that exist."""
    items = list(instrument.response_names)
    scales = lost.list_known("scales", instrument.scales)
    for index, example in enumerate(instrument.examples):
        for item in example.answers:
            if items and item != "all" and item not in items:
                loc: Loc = ("examples", index, "answers", item)
                yield Finding(loc, f"no item '{item}' (items: {describe_ids(items)})", guess(item, items))
        for scale in example.scores:
            if scales and scale not in scales:
                loc = ("examples", index, "scores", scale)
                yield Finding(loc, f"no scale '{scale}' (scales: {', '.join(scales)})", guess(scale, scales))
