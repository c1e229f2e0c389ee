"""T-scores that arrive ready-made, from the vendor of an instrument."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.model import Model, Text


class VendorScores(Model):
    """T-scores that somebody else has computed.

    Attributes
    ----------
    norm : str
        A short name for what they were read against; it ends the output columns.
    source : str
        Who computed them, and against which population.
    scales : dict
        Scale id to column.
    """

    norm: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    source: Text
    scales: dict[str, str]


@dataclass(frozen=True)
class VendorScore:
    """One scale's T-scores as they arrive."""

    instrument: str
    scale: str
    norm: str  # the short name of what they were read against
    source: str  # who computed them, in words
    column: str  # of the output
    given: str  # of the export

    def describe(self) -> str:
        """Return in a sentence where they come from."""
        return f"{self.norm}: T-scores of {self.instrument} as they arrived, not computed here ({self.source})"


def list_vendor_scores(instrument: Instrument, vendors: Mapping[str, VendorScores]) -> tuple[VendorScore, ...]:
    """Return the ready-made T-scores of an instrument."""
    vendor = vendors.get(instrument.id)
    if vendor is None:
        return ()
    stem = instrument.column_stem
    return tuple(
        VendorScore(instrument.id, scale, vendor.norm, vendor.source, f"{stem}_{scale}_t_{vendor.norm}", given)
        for scale, given in vendor.scales.items()
    )
