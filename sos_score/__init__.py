"""Score survey instruments used to evaluate children's social care, with the caveats attached."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sos_score.definition.library import find_definition, list_instruments, load_instrument
    from sos_score.errors import (
        InvalidDefinition,
        InvalidInput,
        InvalidOutput,
        InvalidRequest,
        InvalidSurvey,
        Problem,
        SosScoreError,
    )
    from sos_score.scoring.plan import ScoringChoices
    from sos_score.scoring.scores import score_survey
    from sos_score.survey.columns import ColumnMap, read_column_map

__version__ = "0.1.0"

__all__ = [
    "ColumnMap",
    "InvalidDefinition",
    "InvalidInput",
    "InvalidOutput",
    "InvalidRequest",
    "InvalidSurvey",
    "Problem",
    "ScoringChoices",
    "SosScoreError",
    "find_definition",
    "list_instruments",
    "load_instrument",
    "read_column_map",
    "score_survey",
]

_HOMES = {
    "ColumnMap": "survey.columns",
    "ScoringChoices": "scoring.plan",
    "find_definition": "definition.library",
    "list_instruments": "definition.library",
    "load_instrument": "definition.library",
    "read_column_map": "survey.columns",
    "score_survey": "scoring.scores",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used, so that ``--help`` waits for none of them."""
    if name not in __all__:
        raise AttributeError(f"module 'sos_score' has no attribute {name!r}")
    return getattr(import_module(f"sos_score.{_HOMES.get(name, 'errors')}"), name)
