"""The survey platforms whose exports are known; apart from the models, as every help text names them."""

from __future__ import annotations

from typing import Literal

PlatformName = Literal["qualtrics", "surveymonkey", "smartsurvey", "redcap", "limesurvey", "forms", "jisc", "plain"]
"""``plain`` is a file with one row of names and nothing else."""
