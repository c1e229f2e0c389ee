"""SurveyMonkey: questions in the first row, the rows of a matrix and the options of a question in the second."""

from __future__ import annotations

from sos_score.survey.platforms.layout import Head, Layout, keep_header, stack_header

_RESPONDENT = ("respondent id", "respondentid")
_COLLECTOR = ("collector id", "collectorid")
_EMPTY = frozenset({"response", "open-ended response"})


def recognise(head: Head) -> bool:
    """Return whether a file names respondents and collectors as the platform does."""
    return head.place(*_RESPONDENT) is not None and head.place(*_COLLECTOR) is not None


def lay_out(head: Head) -> Layout:
    """Return the two rows of names; one where somebody deleted the second."""
    respondent = head.place(*_RESPONDENT)
    if respondent is None or not head.names_columns(0, respondent):
        return keep_header(head)
    return stack_header([head.header, head.rows[0]], _EMPTY)
