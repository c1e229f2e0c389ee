"""What a study and its findings know of each thing a checklist asks for; what they do not know is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePath

from sos_score.comparison.questions.baseline import ADJUSTABLE, ALIKE
from sos_score.comparison.verdict import Verdict
from sos_score.definition.instrument.instrument import Instrument
from sos_score.output.numbers import format_number
from sos_score.output.table import Table
from sos_score.report.model import ReportData
from sos_score.report.questions.design import list_limits
from sos_score.report.response_counts import SiteCount, count_answers, may_count_files
from sos_score.report.sections.methods import describe_methods
from sos_score.report.sections.reliability import describe_reliability
from sos_score.version import __version__
from sos_score.words import count, join

Fact = str | Table
_ALLOCATION = {
    "randomised": "Sites were randomised to their arms.",
    "matched": "Sites were matched; they were not randomised.",
    "chosen": "Sites chose their arms; they were not randomised.",
}
_WHO = {"staff": "staff", "family": "families", "worker": "workers", "observer": "observers"}
_UNITS = {"g": "standard deviations", "raw": "points of the scale", "T": "T-score points"}


def _allocation(report: ReportData) -> Iterator[Fact]:
    study = report.data.study
    if report.comparison.plan.has_arms:
        yield "The unit that belongs to an arm is the site."
        how = study.design.allocation
        yield _ALLOCATION[how] if how else "The study file does not state how sites came to their arms: say how."


def _sites(report: ReportData) -> Iterator[Fact]:
    study = report.data.study
    for arm in study.arms:
        sites = [study.label_site(site) for site in study.sites_of(arm)]
        yield f"{study.label_arm(arm)}: {count(len(sites), 'site')} ({join(sites)})."
    if not study.arms:
        yield f"{count(len(study.sites), 'site')}: {join([study.label_site(site) for site in study.sites])}."


def _sources(report: ReportData) -> Iterator[Fact]:
    told = {each.source_label: each.answered_by for each in report.data.outcomes if each.answered_by}
    yield from (f"{label}: answered by {_WHO[who]}." for label, who in told.items())


def _selection(report: ReportData) -> Iterator[Fact]:
    who = report.data.study.design.cases_selected_by
    if who:
        yield f"Cases were selected by {who}."


def _observers(report: ReportData) -> Iterator[Fact]:
    who = report.data.study.design.observed_by
    if who:
        yield f"Observations were made by {who}."


def _hypotheses(report: ReportData) -> Iterator[Fact]:
    data = report.data
    titles = {each.id: f"{each.title} ({each.source_label})" for each in data.outcomes}
    for pair in data.study.pairs.values():
        yield f"Stated in advance ({pair.kind}): {titles[pair.x]} with {titles[pair.y]}, by {pair.level}."


def _outcomes(report: ReportData) -> Iterator[Fact]:
    study, found = report.data.study, [each for each in report.data.outcomes if each.is_planned]
    primary = [each for each in found if study.is_primary(each.source, each.scale)]
    names = {"Primary": primary, "Other": [each for each in found if each not in primary]}
    if not primary:
        yield "The plan names no primary outcome."
    for kind, members in names.items():
        if members:
            titles = join([f"{each.title} ({each.source_label})" for each in members])
            yield f"{kind if primary else 'All'} outcomes ({len(members)}): {titles}."


def _list_instruments(report: ReportData) -> list[Instrument]:
    return list({table.instrument.id: table.instrument for table in report.data.tables if table.instrument}.values())


def _instruments(report: ReportData) -> Iterator[Fact]:
    for each in _list_instruments(report):
        parts = ", ".join(f"{part} {claim.status}" for part, claim in each.verification.parts().items())
        yield f"{each.title} ({each.id} {each.version}), {count(len(each.responses), 'item')}; its definition: {parts}."


def _rights(report: ReportData) -> Iterator[Fact]:
    for each in _list_instruments(report):
        yield f"{each.title}: rights: {each.rights.holder}; item wording {each.rights.wording}."
        yield from each.references


def _missing(report: ReportData) -> Iterator[Fact]:
    for name, source in report.data.study.sources.items():
        if source.min_answered is not None:
            label = report.labels.sources.get(name, name)
            yield f"{label}: a score needs {source.min_answered} of the items answered, as the study file says."
    for each in _list_instruments(report):
        yield f"Missing answers, {each.title}: {each.verification.missing.source.rstrip('.')}."


def _reliability(report: ReportData) -> Iterator[Fact]:
    tables = [block.value for block in describe_reliability(report) if block.kind == "table"]
    yield from (each for each in tables if isinstance(each, Table))


def _smallest(report: ReportData) -> Iterator[Fact]:
    stated = report.data.study.plan.smallest_effect
    if stated is None:
        yield "The plan states no smallest effect that would matter, so nothing is called equivalent."
    else:
        reason = f": {stated.reason}" if stated.reason else ""
        yield f"The smallest effect that would matter is {stated.value:g} {_UNITS[stated.unit]}{reason}."


def _units(report: ReportData) -> Iterator[Fact]:
    for source, unit in {each.source_label: each.unit for each in report.data.outcomes if each.is_planned}.items():
        yield f"{source}: one unit of analysis is one of the {unit}."
    nested = {(each.unit, each.nested_in): None for each in report.comparison.outcomes if each.nested_in}
    for unit, level in nested:
        yield f"Answers about {unit} of one {level} are not independent; errors are clustered on the {level}."
    if report.comparison.plan.has_arms:
        yield "Sites belong to an arm, not people: tests of people say nothing of other sites."


def _methods(report: ReportData) -> Iterator[Fact]:
    yield from (str(block.value) for block in describe_methods(report) if block.kind == "text")


def _software(report: ReportData) -> Iterator[Fact]:
    yield f"Scored and analysed with sos-score {__version__}; {report.manifest} records every file and number."


def _families(report: ReportData) -> Iterator[Fact]:
    families = report.comparison.families
    if families:
        told = "; ".join(f"{name}: {number}" for name, number in families.items())
        yield f"{count(sum(families.values()), 'test')} in {count(len(families), 'family', 'families')} ({told})."


def _flow(report: ReportData) -> Iterator[Fact]:
    counts = count_answers(report.data)
    for source in dict.fromkeys(each.source for each in counts):
        found = [each for each in counts if each.source == source]
        for wave in dict.fromkeys(wave for each in found for wave in each.waves):
            numbers = {each.site_label: each.waves[wave] for each in found if wave in each.waves}
            yield f"{_name_wave(found[0], wave)}: {_add_up(numbers)}"


def _name_wave(each: SiteCount, wave: str) -> str:
    return f"{each.label}, {wave}" if wave else each.label


def _add_up(numbers: dict[str, int | None]) -> str:
    """Return the numbers by site, and their sum where none is hidden: a sum would give a hidden one away."""
    shown = ", ".join(f"{site} {'not shown' if number is None else number}" for site, number in numbers.items())
    known = [number for number in numbers.values() if number is not None]
    return f"{shown}; {sum(known)} in all." if len(known) == len(numbers) else f"{shown}."


def _links(report: ReportData) -> Iterator[Fact]:
    for each in count_answers(report.data):
        if each.both is not None:
            first, last = next(iter(each.waves)), list(each.waves)[-1]
            yield f"{each.label}, {each.site_label}: {each.both} answered at both {first} and {last}."


def _waves(report: ReportData) -> Iterator[Fact]:
    waves = report.data.study.waves
    if waves:
        yield f"{count(len(waves), 'wave')}: {join([_label(name, label) for name, label in waves.items()])}."


def _label(name: str, label: str) -> str:
    return name if name == label else f"{name} ({label})"


def _baseline(report: ReportData) -> Iterator[Fact]:
    labels = report.labels
    for each in report.comparison.ask("baseline"):
        if each.is_hidden or len(each.means) != 2:
            continue
        arms = zip(labels.arms, each.means, each.sds, each.counts, strict=True)
        told = "; ".join(
            f"{arm} M = {format_number(mean)}, SD = {format_number(sd)}, n = {n}" for arm, mean, sd, n in arms
        )
        effect = format_number(each.effect.value)
        yield f"{labels.name_title(each)}, {labels.name_waves(each.waves)}: {told}; g = {effect}."


def _alike(report: ReportData) -> Iterator[Fact]:
    found = report.comparison.ask("baseline")
    told = {
        Verdict.ALIKE: f"alike (|g| up to {ALIKE:g})",
        Verdict.TO_ADJUST: f"to be adjusted for (|g| up to {ADJUSTABLE:g})",
        Verdict.APART: f"not alike (|g| above {ADJUSTABLE:g})",
    }
    for verdict, words in told.items():
        titles = [report.labels.name_title(each) for each in found if each.verdict is verdict and not each.is_hidden]
        if titles:
            yield f"{words[:1].upper()}{words[1:]}, by the bands of the What Works Clearinghouse: {join(titles)}."


def _numbers(report: ReportData) -> Iterator[Fact]:
    sizes: dict[str, list[int]] = {}
    for each in report.comparison.findings:
        if each.is_judged and each.question in ("change", "arms", "did") and each.counts and not each.is_hidden:
            sizes.setdefault(report.labels.sources[each.source], []).append(sum(each.counts))
    for source, found in sizes.items():
        size = f"{min(found)} to {max(found)}" if min(found) < max(found) else f"{max(found)}"
        yield f"{source}: comparisons rest on {size} answers in all."
    yield "A comparison uses everyone with a score at the waves it is about; no missing score is filled in."


def _data_notes(report: ReportData) -> Iterator[Fact]:
    yield from (f"{report.labels.name_source(each).rstrip('.')}." for each in report.data.notes)


def _files(report: ReportData) -> Iterator[Fact]:
    if may_count_files(report.data):
        for each in report.data.files:
            marked, refused = sum(each.missing.values()), sum(found.count for found in each.invalid)
            name = PurePath(each.name).name
            yield f"{name}: {count(each.rows, 'row')}; {marked} answers marked missing; {refused} not allowed."


def _results(_report: ReportData) -> Iterator[Fact]:
    yield "See the results in words at the head of this file, and the tables of the report."


def _questions(report: ReportData) -> Iterator[Fact]:
    asked = dict.fromkeys(each.question for each in report.comparison.findings)
    further = {
        "level": "scores against norms",
        "variation": "how much scores vary between sites, workers and people",
        "profiles": "profiles of scales",
        "reliable": "whether changes of single people are more than error",
        "extremes": "floor and ceiling effects",
        "missing": "attrition and gaps in answer sheets",
    }
    found = [words for name, words in further.items() if name in asked]
    if found:
        yield f"Also reported: {join(found)}, and how the verdicts change with other choices of analysis."


def _limits(report: ReportData) -> Iterator[Fact]:
    yield from list_limits(report.comparison, report.labels)


def _reach(report: ReportData) -> Iterator[Fact]:
    yield from _sites(report)
    yield "Tests of people speak of more people like these in the same sites, and not of other sites."


FACTS: dict[str, Callable[[ReportData], Iterator[Fact]]] = {
    "allocation": _allocation, "sites": _sites, "sources": _sources, "selection": _selection,
    "observers": _observers, "hypotheses": _hypotheses, "outcomes": _outcomes, "instruments": _instruments,
    "rights": _rights, "missing": _missing, "reliability": _reliability, "smallest": _smallest, "units": _units,
    "methods": _methods, "software": _software, "families": _families, "flow": _flow,
    "links": _links, "waves": _waves, "baseline": _baseline, "alike": _alike, "numbers": _numbers,
    "data_notes": _data_notes, "files": _files, "results": _results, "questions": _questions, "limits": _limits,
    "reach": _reach,
}  # fmt: skip
"""By name, as `items` names them."""
