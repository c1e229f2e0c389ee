"""Every sentence that a note, a method or a reason can become, by its code; one file for each part of the program."""

from __future__ import annotations

from collections.abc import Callable

from sos_score.sentences.check import CHECK
from sos_score.sentences.comparison import COMPARISON
from sos_score.sentences.psychometrics import PSYCHOMETRICS
from sos_score.sentences.statistics import STATISTICS
from sos_score.sentences.study import STUDY
from sos_score.sentences.survey import SURVEY

Sentence = str | Callable[..., str]

SENTENCES: dict[str, Sentence] = {**SURVEY, **STATISTICS, **PSYCHOMETRICS, **STUDY, **COMPARISON, **CHECK}
