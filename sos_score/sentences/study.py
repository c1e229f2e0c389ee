"""What study has to say, by code; a note about one source has it as `source`, and its sentence begins with it."""

from __future__ import annotations

from collections.abc import Callable

from sos_score.words import count


def _left_out(role: str, count: str, source: str = "", rows: int | None = None, *, is_one: bool) -> str:
    have, are = ("row has", "is") if is_one else ("rows have", "are")
    in_all = "" if rows is None else f" ({rows} in all)"
    return f"{source and f'{source}: '}{count} {have} no {role}, and {are} left out{in_all}"


def _not_linked(source: str, unit: str, part: str, path: str, *, is_one: bool) -> str:
    return f"{source}: {unit}: {part} {'is' if is_one else 'are'} not in {path}"


def _linked_otherwise(source: str, unit: str, count: str, name: str, path: str, *, is_one: bool) -> str:
    have = "has" if is_one else "have"
    return f"{source}: {unit}: {count} {have} a different {name} in {path}; the one in the export is used"


def _several_raters(source: str, part: str, *, is_one: bool) -> str:
    return f"{source}: {part} {'was' if is_one else 'were'} rated by more than one rater"


def _moved(source: str, count: str, *, is_one: bool) -> str:
    people = "person is" if is_one else "people are"
    moved = f"{count} {people} in different sites at different waves"
    return f"{source}: {moved}: counted where they answered, linked in no site"


def _level_carried(source: str, level: str, count: str, *, is_one: bool) -> str:
    rows = "1 row does" if is_one else f"{count} rows do"
    return f"{source}: {rows} not say which {level}: that of the same person at another wave is used"


def _level_changed(source: str, level: str, count: str, *, is_one: bool) -> str:
    people = "1 person" if is_one else f"{count} people"
    return (
        f"{source}: {people} changed {level} between waves, and the scores of such a person count as independent of one"
        " another, which makes intervals of change wider than they need be"
    )


def _nobody_in_site(source: str, site: str, wave: str | None) -> str:
    return f"{source}: nobody answered in {site}{_at(wave)}"


def _one_in_site(source: str, site: str, wave: str | None) -> str:
    return f"{source}: only one person in {site}{_at(wave)}: no test and no interval there"


def _few_in_sites(source: str, sites: tuple[str, ...], wave: str | None, least: int) -> str:
    why = f"fewer than {least} people, or a number that would give such a group away"
    return f"{source}: {', '.join(sites)}{_at(wave)} {'is' if len(sites) == 1 else 'are'} not shown: {why}"


def _at(wave: str | None) -> str:
    return "" if wave is None else f" at {wave}"


def _waves_as_they_appear(waves: tuple[str, ...]) -> str:
    return f"waves are in the order in which they first appear: {', '.join(waves)}; --waves sets another"


def _ids_folded(source: str, count: str, *, is_one: bool) -> str:
    rows = "1 row has an id" if is_one else f"{count} rows have ids"
    return f"{source}: {rows} written with a decimal point (1.0), read as the whole number (1)"


def _teams_no_level(source: str, teams: int, sites: int, levels: tuple[str, ...]) -> str:
    return (
        f"{source}: {count(teams, 'team')} at {count(sites, 'site')} are no level of the study, so colleagues count as "
        f"independent of one another within their site, and intervals may be too narrow; write in the study file "
        f"levels: [{', '.join(levels)}]"
    )


def _ids_nearly_same(source: str, first: str, second: str, count: str, *, is_one: bool) -> str:
    ids = "1 id" if is_one else f"{count} ids"
    return (
        f"{source}: {ids} at {first} and at {second} differ only in case, spaces or leading zeros, and "
        "are not linked: write them in the same way"
    )


STUDY: dict[str, str | Callable[..., str]] = {
    "no_arms": "there are no arms: sites are described, and no arms compared",
    "one_arm": "there is one arm, {arm}: sites are described, and no arms compared",
    "one_wave": "there is one wave: no change can be looked at",
    "no_wave_recorded": "no source records a wave: no change can be looked at",
    "nobody_at_wave": "nobody answered at {wave} in any source",
    "level_unknown": "no source says which {level} people belong to",
    "source_not_asked": "{source}: nobody answered at {wave}",
    "source_without_waves": "{source}: no wave is recorded, so there is no change to look at",
    "source_in_one_arm": "{source}: everybody is in the arm {arm}: no arms are compared",
    "scale_empty": "{source}: nobody has a score on {scale}",
    "nobody_in_site": _nobody_in_site,
    "one_in_site": _one_in_site,
    "few_in_sites": _few_in_sites,
    "several_raters": _several_raters,
    "moved": _moved,
    "level_carried": _level_carried,
    "level_changed": _level_changed,
    "left_out": _left_out,
    "nobody_at_both": "{source}: nobody who answered at {first} answered at {second}: do the ids name the same people?",
    "ids_folded": _ids_folded,
    "teams_no_level": _teams_no_level,
    "ids_nearly_same": _ids_nearly_same,
    "nobody_linked": "{source}: no column says who answered, so nobody is linked across waves",
    "waves_as_they_appear": _waves_as_they_appear,
    "not_scores": lambda column, texts: (
        f"{column}: not compared, as some cells are no numbers ({', '.join(map(repr, texts[:3]))}"
        f"{', ...' if len(texts) > 3 else ''}): write numbers, or leave them empty"
    ),
    "scores_like_codes": lambda source, scale, codes: (
        f"{source}: {', '.join(codes)} in {scale} {'is' if len(codes) == 1 else 'are'} far from every other score,"
        " and counted as a score: leave the cell empty where there is none"
    ),
    "not_linked": _not_linked,
    "linked_otherwise": _linked_otherwise,
}
