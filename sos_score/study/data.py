"""The data of a study: every source scored, with the site, wave, arm and links of every row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sos_score.definition.study.model import Study
from sos_score.notes import Note
from sos_score.scoring.file_summary import FileSummary
from sos_score.study.file import Input
from sos_score.study.outcome import SourceTable, StudyOutcome
from sos_score.study.put_back import NOTHING, PutBack
from sos_score.study.suppression import HiddenSites, find_hidden_sites


@dataclass(frozen=True)
class StudyData:
    """A study with everything it says about where answers are, read and scored.

    Attributes
    ----------
    tables : tuple of SourceTable
        A table for each source and instrument, in the order of the study file.
    outcomes : tuple of StudyOutcome
        Every scale of every table; those the plan names have `is_planned`.
    notes : tuple of Note
        What the data do not allow, or what was done about it. No note names a person; one about a source has its
        `source`.
    defaults : tuple of str
        What the study file leaves to its defaults.
    files : tuple of FileSummary
        What became of each export: rows, blank rows, missing and refused answers.
    inputs : tuple of Input
        Every file that was read.
    results : PutBack
        What scripts of an export found.
    """

    study: Study
    tables: tuple[SourceTable, ...]
    outcomes: tuple[StudyOutcome, ...]
    notes: tuple[Note, ...]
    defaults: tuple[str, ...]
    files: tuple[FileSummary, ...]
    inputs: tuple[Input, ...]
    results: PutBack = NOTHING

    @cached_property
    def hidden(self) -> HiddenSites:
        """Return which sites are not shown, counted once."""
        return find_hidden_sites(self.study, self.tables, self.outcomes)

    def outcome(self, ref: str) -> StudyOutcome:
        """Return an outcome by its ``source.scale``."""
        return next(each for each in self.outcomes if each.id == ref)
