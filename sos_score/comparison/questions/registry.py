"""The questions that need a whole study: its levels, its pairs and its links, not one outcome at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sos_score.comparison.finding import Row
from sos_score.comparison.outcome import Plan
from sos_score.comparison.questions.associations import list_association_rows
from sos_score.comparison.questions.profiles import list_profile_rows
from sos_score.comparison.questions.variation import list_variation_rows
from sos_score.study.data import StudyData, StudyOutcome

ASK_STUDY: dict[str, Callable[[StudyData, Plan, Sequence[StudyOutcome]], list[Row]]] = {
    "variation": list_variation_rows,
    "association": list_association_rows,
    "profiles": list_profile_rows,
}


def list_study_rows(
    data: StudyData, plan: Plan, outcomes: Sequence[StudyOutcome], questions: Sequence[str] = ()
) -> list[Row]:
    """Return the rows of the questions asked; no questions means all."""
    asked = [name for name in questions or ASK_STUDY if name in ASK_STUDY]
    return [row for name in asked for row in ASK_STUDY[name](data, plan, outcomes)]
