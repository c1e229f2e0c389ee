"""The rules a schema cannot say of a study file: whether its parts fit each other and the instruments.

Each rule is a function from a study and the scales of its sources to findings; ``RULES`` names them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.rules.finding import Finding
from sos_score.definition.study.model import Arm, Site, Source, Study, read_outcome
from sos_score.definition.text import fold_text
from sos_score.definition.unfilled import list_unfilled
from sos_score.definition.yaml.document import Document, Loc
from sos_score.definition.yaml.errors import find_place
from sos_score.errors import Problem, guess
from sos_score.sentences.check import CHECK
from sos_score.words import count

# What an id column may stand for, beside the levels of the study.
_NESTED = ("site", "worker", "family")
ID_ROLES = ("person", "site", "wave", "worker", "family", "rater")

# Whom an instrument names, and who that can be in a study.
_KINDS_OF = {
    "staff": ("staff", "worker"),
    "worker": ("worker", "staff"),
    "family": ("family",),
    "client": ("family",),
    "observer": ("observer",),
}

# The instruments of each source, as far as their definitions could be read.
Instruments = Mapping[str, Sequence[Instrument]]
Rule = Callable[[Study, Instruments], Iterator[Finding]]


def lint_study(study: Study, instruments: Instruments, document: Document) -> list[Problem]:
    """Return what the rules find wrong in a study."""
    problems = [
        document.problem(find_place(found.loc, document.data), found.message, hint=found.hint, rule=name)
        for name, rule in RULES.items()
        for found in rule(study, instruments)
    ]
    problems += list_unfilled(document)
    return sorted(problems, key=lambda problem: problem.line or 0)


def respondent_types(instrument: Instrument) -> list[str]:
    """Return the kinds of respondent that may answer an instrument, in the words of a study file.

    Examples
    --------
    >>> from sos_score import load_instrument
    >>> respondent_types(load_instrument("wai")), respondent_types(load_instrument("osc"))
    (['family', 'worker', 'staff'], ['staff', 'worker'])
    """
    return list(dict.fromkeys(kind for who in instrument.answered_by for kind in _KINDS_OF[who]))


def check_arms(study: Study, _instruments: Instruments) -> Iterator[Finding]:
    """Every site is in an arm, where there are arms, and every arm has a site."""
    known = list(study.arms)
    for name, site in study.sites.items():
        if site.arm is None and known:
            yield Finding(("sites", name), f"is in no arm (arms: {', '.join(known)})")
        elif site.arm is not None and site.arm not in known:
            message = f"no arm '{site.arm}' (arms: {', '.join(known) or 'none'})"
            yield Finding(("sites", name, "arm"), message, guess(site.arm, known))
    for name in known:
        # A site whose arm is misspelt may have been meant to be in it.
        if not study.sites_of(name) and all(site.arm in known for site in study.sites.values()):
            yield Finding(("arms", name), "no site is in this arm")


def check_reference(study: Study, _instruments: Instruments) -> Iterator[Finding]:
    """Two arms at most, and one of two is the reference."""
    references = [name for name, arm in study.arms.items() if arm.reference]
    if len(study.arms) > 2:
        yield Finding(("arms",), f"there are {len(study.arms)} arms, and only two can be compared")
    if len(references) > 1:
        yield Finding(("arms", references[1]), f"'{references[0]}' is already the reference, and only one arm can be")
    if len(study.arms) == 2 and not references:
        yield Finding(("arms",), "no arm is the reference", "add reference: true to the one compared with")


def check_names(study: Study, _instruments: Instruments) -> Iterator[Finding]:
    """No two sites, and no two waves, are told apart by case or white space alone."""
    for section in ("sites", "waves"):
        seen: dict[str, str] = {}
        for name in getattr(study, section):
            if fold_text(name) in seen:
                yield Finding((section, name), f"is the same as '{seen[fold_text(name)]}' but for case and spaces")
            seen.setdefault(fold_text(name), name)


def check_labels(study: Study, _instruments: Instruments) -> Iterator[Finding]:
    """No two sites, arms or sources have one label; a site or an arm without a label is called by its id."""
    for section in ("sites", "arms", "sources"):
        parts: dict[str, Site | Arm | Source] = getattr(study, section)
        plain = () if section == "sources" else [name for name, part in parts.items() if part.label is None]
        seen = {fold_text(name): name for name in plain}
        for name, part in parts.items():
            if part.label is None:
                continue
            other = seen.setdefault(fold_text(part.label), name)
            if other != name:
                yield Finding((section, name, "label"), f"'{part.label}' is already the label of '{other}'")


def check_files(study: Study, _instruments: Instruments) -> Iterator[Finding]:
    """A source names each file, or file and column map, and instrument once; no, one, or as many maps as files."""
    for name, source in study.sources.items():
        loc: Loc = ("sources", name)
        for key in ("files", "instrument"):
            values = getattr(source, key)
            # A file that holds waves side by side has a map for each.
            has_maps = key == "files" and len(source.columns) == len(values) > 1
            pairs = list(zip(values, source.columns, strict=True)) if has_maps else [(value, "") for value in values]
            for index, (value, its_map) in enumerate(pairs):
                if (value, its_map) in pairs[:index]:
                    hint = "a file with waves side by side may be there twice, with a column map for each"
                    yield Finding((*loc, key, index), f"'{value}' is given twice", hint if key == "files" else "")
        if len(source.columns) not in (0, 1, len(source.files)):
            message = f"there are {len(source.columns)} column maps for {count(len(source.files), 'file')}"
            yield Finding((*loc, "columns"), message, "give one map for all files, or one for each")


def check_ids(study: Study, _instruments: Instruments) -> Iterator[Finding]:
    """An id column stands for something the study knows."""
    known = list(dict.fromkeys([*ID_ROLES, *study.levels]))
    for name, source in study.sources.items():
        for role in source.ids:
            if role not in known:
                message = f"is not an id of a study (ids: {', '.join(known)}; further ones are named in levels)"
                yield Finding(("sources", name, "ids", role), message, guess(role, known))


def check_levels(study: Study, _instruments: Instruments) -> Iterator[Finding]:
    """Levels are different, from the highest down, and none is a wave."""
    for index, level in enumerate(study.levels):
        if level in study.levels[:index]:
            yield Finding(("levels", index), f"'{level}' is given twice")
        elif level in ("wave", "rater", "arm"):
            yield Finding(("levels", index), f"'{level}' is not a level that people are nested in")
        elif level in _NESTED:
            above = [name for name in _NESTED[_NESTED.index(level) + 1 :] if name in study.levels[:index]]
            if above:
                yield Finding(("levels", index), f"'{level}' is above '{above[0]}', and the highest comes first")


def check_scales(study: Study, instruments: Instruments) -> Iterator[Finding]:
    """The instruments of a source have no scale in common, and none is called like an id."""
    ids = {*ID_ROLES, *study.levels, "arm"}
    for name, found in instruments.items():
        owner: dict[str, str] = {}
        for instrument in found:
            for scale in instrument.scales:
                loc = ("sources", name, "instrument")
                if scale in owner:
                    message = f"scale '{scale}' is in '{owner[scale]}' and in '{instrument.id}'"
                    yield Finding(loc, message, "give each instrument a source of its own")
                elif scale in ids:
                    yield Finding(loc, f"scale '{scale}' of '{instrument.id}' has the name of an id column")
                owner.setdefault(scale, instrument.id)


def check_respondents(study: Study, instruments: Instruments) -> Iterator[Finding]:
    """Whoever answered is whom the instrument is for."""
    for name, source in study.sources.items():
        for instrument in instruments.get(name, ()):
            allowed = respondent_types(instrument)
            if source.answered_by is not None and source.answered_by not in allowed:
                stated = " and ".join(instrument.answered_by)
                message = f"the definition of '{instrument.id}' says answered_by {stated}, not {source.answered_by}"
                hint = f"write {' or '.join(allowed)} here, or correct the definition"
                yield Finding(("sources", name, "answered_by"), message, hint)


def check_outcomes(study: Study, instruments: Instruments) -> Iterator[Finding]:
    """The plan and the pairs name sources and scales that exist."""
    refs: list[tuple[Loc, str]] = [
        (("plan", "outcomes", index), ref) for index, ref in enumerate(study.plan.outcomes or ())
    ]
    refs += [(("plan", "primary", index), ref) for index, ref in enumerate(study.plan.primary)]
    limits = study.plan.smallest_effect.scales if study.plan.smallest_effect else ()
    refs += [(("plan", "smallest_effect", "scales", ref), ref) for ref in limits]
    refs += [
        (("plan", "multiplicity", "families", name, index), ref)
        for name, members in study.plan.multiplicity.families.items()
        for index, ref in enumerate(members)
    ]
    refs += [(("pairs", name, key), getattr(pair, key)) for name, pair in study.pairs.items() for key in ("x", "y")]
    for loc, ref in refs:
        source, scale = read_outcome(ref)
        known = [each for instrument in instruments.get(source, ()) for each in instrument.scales]
        if source not in study.sources:
            sources = list(study.sources)
            yield Finding(loc, f"no source '{source}' (sources: {', '.join(sources)})", guess(source, sources))
        elif scale and known and scale not in known:
            yield Finding(loc, f"no scale '{scale}' in '{source}' (scales: {', '.join(known)})", guess(scale, known))


def check_families(study: Study, _instruments: Instruments) -> Iterator[Finding]:
    """A scale is in one family of tests only."""
    seen: dict[str, str] = {}
    for name, members in study.plan.multiplicity.families.items():
        for index, ref in enumerate(members):
            loc = ("plan", "multiplicity", "families", name, index)
            source, _ = read_outcome(ref)
            parts = [each for each in seen if each in (ref, source) or read_outcome(each)[0] == ref]
            if parts:
                yield Finding(loc, f"'{ref}' is already in the family '{seen[parts[0]]}'")
            seen.setdefault(ref, name)


def check_pairs(study: Study, _instruments: Instruments) -> Iterator[Finding]:
    """A pair is of two different scores, at a level of the study."""
    for name, pair in study.pairs.items():
        if pair.x == pair.y:
            yield Finding(("pairs", name), f"'{pair.x}' is paired with itself")
        if pair.level not in study.levels:
            message = f"no level '{pair.level}' (levels: {', '.join(study.levels) or 'none'})"
            yield Finding(("pairs", name, "level"), message, guess(pair.level, study.levels))


def check_accepted(study: Study, _instruments: Instruments) -> Iterator[Finding]:
    """What is accepted can be found, in a source of the study."""
    codes = [code.removeprefix("check_") for code in CHECK]
    for index, accepted in enumerate(study.checks.accepted):
        loc: Loc = ("checks", "accepted", index)
        if accepted.found not in codes:
            message = f"no finding of a check has the code '{accepted.found}'"
            yield Finding((*loc, "found"), message, guess(accepted.found, codes))
        if accepted.source is not None and accepted.source not in study.sources:
            sources = list(study.sources)
            message = f"no source '{accepted.source}' (sources: {', '.join(sources)})"
            yield Finding((*loc, "source"), message, guess(accepted.source, sources))


RULES: dict[str, Rule] = {
    "arm": check_arms,
    "reference": check_reference,
    "study-name": check_names,
    "study-label": check_labels,
    "source-files": check_files,
    "source-id": check_ids,
    "level": check_levels,
    "source-scale": check_scales,
    "source-respondent": check_respondents,
    "outcome": check_outcomes,
    "family": check_families,
    "pair": check_pairs,
    "accepted": check_accepted,
}
