"""Every question of a comparison, in the order of all outputs; a new one is a file here and a line below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sos_score.comparison.detectable import Spreads
from sos_score.comparison.finding import Finding, judge_finding
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.comparison.questions.arms import find_arms
from sos_score.comparison.questions.associations import find_associations
from sos_score.comparison.questions.change import find_change
from sos_score.comparison.questions.descriptives import find_descriptives
from sos_score.comparison.questions.design import find_design
from sos_score.comparison.questions.did import find_did
from sos_score.comparison.questions.extremes import find_extremes
from sos_score.comparison.questions.level import find_level
from sos_score.comparison.questions.profiles import find_profiles
from sos_score.comparison.questions.variation import find_variation, judge_levels
from sos_score.study.data import StudyData, StudyOutcome

OfOutcome = Callable[[OutcomeScores, ComparisonPlan, Spreads], list[Finding]]
OfStudy = Callable[[StudyData, ComparisonPlan, Sequence[StudyOutcome]], list[Finding]]


@dataclass(frozen=True)
class Question:
    """What is asked of each outcome, or of a study as a whole, and how its findings are judged."""

    title: str
    ask_outcome: OfOutcome | None = None
    ask_study: OfStudy | None = None
    needs_arms: bool = False
    judge: Callable[[Finding, ComparisonPlan], Finding] = field(default=judge_finding)


QUESTIONS: dict[str, Question] = {
    "design": Question("What this design can show", find_design),
    "descriptives": Question("Scores at each site and wave", find_descriptives),
    "level": Question("Level, and against the norm", find_level),
    "change": Question("Change in a site", find_change),
    "arms": Question("Arms at each wave", find_arms, needs_arms=True),
    "did": Question("Whether the arms changed differently", find_did, needs_arms=True),
    "variation": Question("Who accounts for the variation", ask_study=find_variation, judge=judge_levels),
    "association": Question("What goes with what", ask_study=find_associations),
    "profiles": Question("Profiles of sites", ask_study=find_profiles),
    "extremes": Question("Floor and ceiling", find_extremes),
}
OF_STUDY = tuple(name for name, question in QUESTIONS.items() if question.ask_study)
"""Questions asked of a study as a whole."""
