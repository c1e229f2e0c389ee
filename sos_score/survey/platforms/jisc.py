"""Jisc Online Surveys: a heading for each question, and a column of 0 and 1 for each option of it."""

from __future__ import annotations

import re

from sos_score.survey.platforms.layout import Head, Layout, keep_header

_RESPONDENT = ("urn", "unique response number")
_QUESTION = re.compile(r"Q\d+(?:_\d+)*(?:_[a-z])*(?:_\d+)*(?:_[a-z]+)?")
_NUMBERED = re.compile(r"\d+(?:\.\d+)*\.?[a-z]?\.? .*", re.DOTALL)
_LEAST = 2


def recognise(head: Head) -> bool:
    """Return whether a file begins with the response number, and its questions are numbered as the platform does."""
    if not head.names or head.names[0] not in _RESPONDENT:
        return False
    own = [bool(_QUESTION.fullmatch(name.strip()) or _NUMBERED.fullmatch(name.strip())) for name in head.header[1:]]
    return sum(own) >= _LEAST


def lay_out(head: Head) -> Layout:
    """Return the headings as they are; the options of a question are described by a column map."""
    return keep_header(head)
