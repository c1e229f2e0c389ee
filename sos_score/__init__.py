"""Score survey instruments used to evaluate children's social care, with the caveats attached."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from sos_score.version import __version__ as __version__

if TYPE_CHECKING:
    from sos_score.comparison.compare import compare_study
    from sos_score.comparison.judging import Comparison
    from sos_score.comparison.sensitivity import Sensitivity, assess_sensitivity, score_by_rules
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
    from sos_score.plausibility.table import Plausibility, check_published
    from sos_score.psychometrics.internal_consistency.tables import assess_reliability
    from sos_score.psychometrics.raters.tables import assess_raters
    from sos_score.psychometrics.retest.tables import assess_retest
    from sos_score.psychometrics.teams.tables import assess_agreement
    from sos_score.report.figures.power import draw_power
    from sos_score.report.findings import tabulate_findings
    from sos_score.scoring.frames import score_survey
    from sos_score.scoring.plan import ScoringChoices
    from sos_score.scoring.responses import Responses, open_responses, read_responses
    from sos_score.statistics.power.assessment import PlanAssessment, assess_plan
    from sos_score.statistics.power.trial import StudyPlan, plan_equal_sites
    from sos_score.study.file import read_study
    from sos_score.study.load import load_study_data
    from sos_score.survey.column_map import ColumnMap, read_column_map

__all__ = [
    "ColumnMap",
    "Comparison",
    "InvalidDefinition",
    "InvalidInput",
    "InvalidOutput",
    "InvalidRequest",
    "InvalidSurvey",
    "PlanAssessment",
    "Plausibility",
    "Problem",
    "Responses",
    "ScoringChoices",
    "Sensitivity",
    "SosScoreError",
    "StudyPlan",
    "assess_agreement",
    "assess_plan",
    "assess_raters",
    "assess_reliability",
    "assess_retest",
    "assess_sensitivity",
    "check_published",
    "compare_study",
    "draw_power",
    "find_definition",
    "list_instruments",
    "load_instrument",
    "load_study_data",
    "open_responses",
    "plan_equal_sites",
    "read_column_map",
    "read_responses",
    "read_study",
    "score_by_rules",
    "score_survey",
    "tabulate_findings",
]

_HOMES = {
    "ColumnMap": "survey.column_map",
    "Comparison": "comparison.judging",
    "PlanAssessment": "statistics.power.assessment",
    "Plausibility": "plausibility.table",
    "Responses": "scoring.responses",
    "ScoringChoices": "scoring.plan",
    "Sensitivity": "comparison.sensitivity",
    "StudyPlan": "statistics.power.trial",
    "assess_agreement": "psychometrics.teams.tables",
    "assess_plan": "statistics.power.assessment",
    "assess_raters": "psychometrics.raters.tables",
    "assess_reliability": "psychometrics.internal_consistency.tables",
    "assess_retest": "psychometrics.retest.tables",
    "assess_sensitivity": "comparison.sensitivity",
    "check_published": "plausibility.table",
    "compare_study": "comparison.compare",
    "draw_power": "report.figures.power",
    "find_definition": "definition.library",
    "list_instruments": "definition.library",
    "load_instrument": "definition.library",
    "score_by_rules": "comparison.sensitivity",
    "load_study_data": "study.load",
    "open_responses": "scoring.responses",
    "plan_equal_sites": "statistics.power.trial",
    "read_column_map": "survey.column_map",
    "read_responses": "scoring.responses",
    "read_study": "study.file",
    "score_survey": "scoring.frames",
    "tabulate_findings": "report.findings",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used, so that ``--help`` waits for none of them."""
    if name not in __all__:
        raise AttributeError(f"module 'sos_score' has no attribute {name!r}")
    return getattr(import_module(f"sos_score.{_HOMES.get(name, 'errors')}"), name)


def __dir__() -> list[str]:
    """Return the public names, so that they are offered before the first is used."""
    return ["__version__", *__all__]
