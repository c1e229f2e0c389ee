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
from sos_score.comparison.questions.baseline import find_baseline, judge_baseline
from sos_score.comparison.questions.change import find_change
from sos_score.comparison.questions.descriptives import find_descriptives
from sos_score.comparison.questions.design import find_design
from sos_score.comparison.questions.did import find_did
from sos_score.comparison.questions.extremes import find_extremes
from sos_score.comparison.questions.level import find_level
from sos_score.comparison.questions.missing import find_missing
from sos_score.comparison.questions.profiles import find_profiles
from sos_score.comparison.questions.reliable import find_reliable
from sos_score.comparison.questions.variation import find_variation, judge_levels
from sos_score.study.data import StudyData
from sos_score.study.outcome import StudyOutcome

OfOutcome = Callable[[OutcomeScores, ComparisonPlan, Spreads], list[Finding]]
OfStudy = Callable[[StudyData, ComparisonPlan, Sequence[StudyOutcome]], list[Finding]]


@dataclass(frozen=True)
class Question:
    """What is asked of each outcome, or of a study as a whole, what that takes, and how its findings are judged."""

    title: str
    needs: str
    ask_outcome: OfOutcome | None = None
    ask_study: OfStudy | None = None
    needs_arms: bool = False
    judge: Callable[[Finding, ComparisonPlan], Finding] = field(default=judge_finding)


QUESTIONS: dict[str, Question] = {
    "design": Question("What this design can show", "a score at one of the sites", find_design),
    "descriptives": Question("Scores at each site and wave", "a score at one of the sites", find_descriptives),
    "level": Question("Level, and against the norm", "a norm, or answers of staff to the items", find_level),
    "change": Question("Change in a site", "scores of a site at two waves", find_change),
    "baseline": Question(
        "Baseline: the arms at the first wave",
        "two arms with scores at two waves",
        find_baseline,
        needs_arms=True,
        judge=judge_baseline,
    ),
    "arms": Question("Arms at each wave", "two arms with scores", find_arms, needs_arms=True),
    "did": Question(
        "Whether the arms changed differently",
        "two arms, each with a site that has scores at both waves",
        find_did,
        needs_arms=True,
    ),
    "variation": Question(
        "Who accounts for the variation",
        "several scores in at least two groups of a level (sites, workers)",
        ask_study=find_variation,
        judge=judge_levels,
    ),
    "association": Question(
        "What goes with what", "pairs of outcomes in the study file (pairs:)", ask_study=find_associations
    ),
    "profiles": Question(
        "Profiles of sites", "several scales with norms at two sites or waves", ask_study=find_profiles
    ),
    "reliable": Question(
        "Whether changes are more than error", "answers to the items, of the same people at two waves", find_reliable
    ),
    "extremes": Question("Floor and ceiling", "scales whose lowest and highest score are known", find_extremes),
    "missing": Question("Who is missing", "answers at one of the sites", find_missing),
}
OF_STUDY = tuple(name for name, question in QUESTIONS.items() if question.ask_study)
"""Questions asked of a study as a whole."""
