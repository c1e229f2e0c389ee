"""What a column map says of answers, and whose they are: one instrument's, on a response scale or to an item.

A key is the name of a response scale or an item, where one instrument alone has it, or ``instrument/name``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.instrument.responses import Number, ResponseScale
from sos_score.definition.library import list_instruments
from sos_score.definition.model import Model
from sos_score.definition.text import fold_code, read_number
from sos_score.definition.yaml.document import Loc
from sos_score.errors import guess
from sos_score.words import join

_SHOWN = 8
Found = tuple[Loc, str, str]
Part = TypeVar("Part")


class PlatformCodes(Model, extra="allow"):
    """A platform's own codes, each with the definition's code that it means.

    Attributes
    ----------
    collapse : bool
        Whether it is meant that several codes become one, or that none becomes some answer of the scale.
    """

    __pydantic_extra__: dict[str, Number]
    collapse: bool = False

    @property
    def meanings(self) -> Mapping[str, float]:
        """Return the codes."""
        return self.__pydantic_extra__


def select(section: Mapping[str, Part], instrument: Instrument, name: str) -> list[Part]:
    """Return what a section of a column map says of a response scale or an item of an instrument."""
    return [section[key] for key in (name, f"{instrument.id}/{name}") if key in section]


def merge_codes(codes: Mapping[str, PlatformCodes], instrument: Instrument, names: Iterable[str]) -> dict[str, float]:
    """Return a platform's codes for some names of an instrument together, later ones before earlier ones."""
    found: dict[str, float] = {}
    for name in names:
        for each in select(codes, instrument, name):
            found |= {fold_code(text): code for text, code in each.meanings.items()}
    return found


def check_answer_maps(
    labels: Mapping[str, Mapping[str, float]],
    codes: Mapping[str, PlatformCodes],
    missing: Mapping[str, Sequence[str]],
    instruments: Sequence[Instrument],
    folder: Path | None,
) -> Iterator[Found]:
    """Yield what of a column map's labels, codes and missing texts fits no instrument, or could be misread.

    `folder` is the one of the map, beside which users keep their definitions.
    """
    given = [("labels", key, texts) for key, texts in labels.items()]
    given += [("codes", key, each.meanings) for key, each in codes.items()]
    for section, key, texts in given:
        owners = _find_owners(key, instruments)
        if len(owners) == 1:
            responses = _find_responses(owners[0], key)
            known = responses.labels if section == "labels" else {}
            wrong = list(_list_wrong(texts, known, responses))
            yield from (((section, key, text), message, "") for text, message in wrong)
            if section == "codes" and not wrong:
                yield from _check_cover(key, codes, owners[0], responses)
        else:
            yield from (((section, key), *said) for said in _explain_owners(key, owners, instruments, folder))
    yield from dict.fromkeys(_check_missing(labels, codes, missing, instruments))


def _find_owners(key: str, instruments: Sequence[Instrument]) -> list[Instrument]:
    """Return the instruments that have a response scale or an item of that name."""
    return [each for each in instruments if _has(each, key)] or [
        each for each in instruments if _has(each, _bare_name(key, each))
    ]


def _has(instrument: Instrument, name: str) -> bool:
    return name in instrument.response_scales or name in instrument.responses


def _bare_name(key: str, instrument: Instrument) -> str:
    return key if _has(instrument, key) else key.removeprefix(f"{instrument.id}/")


def _find_responses(instrument: Instrument, key: str) -> ResponseScale:
    name = _bare_name(key, instrument)
    return instrument.responses.get(name) or instrument.response_scales[name]


def is_instrument(name: str, folder: Path | None) -> bool:
    """Return whether there is an instrument of a name: shipped, or in a file beside the column map."""
    return name in list_instruments() or (folder is not None and (folder / f"{name}.yaml").is_file())


def _explain_owners(
    key: str, owners: Sequence[Instrument], instruments: Sequence[Instrument], folder: Path | None
) -> Iterator[tuple[str, str]]:
    """Yield why a key does not say whose answers it means; nothing where that is an instrument not asked for."""
    if owners:
        names = [each.id for each in owners]
        hint = f"write {' or '.join(f'{name}/{key}' for name in names)}"
        yield f"'{key}' is a response scale of {join(names)}, and codes and labels are one instrument's", hint
        return
    owner, slash, name = key.partition("/")
    asked = {each.id: each for each in instruments}
    if slash and owner not in asked:
        if not is_instrument(owner, folder):
            yield f"no instrument '{owner}' ({', '.join(asked)})", guess(owner, asked)
        return
    among = [asked[owner]] if slash else list(instruments)
    scales = list(dict.fromkeys(scale for each in among for scale in each.response_scales))
    items = [item for each in among for item in each.responses]
    message = f"no response scale or item '{name if slash else key}' (response scales: {', '.join(scales)})"
    yield message, guess(name if slash else key, [*scales, *items])


def _list_wrong(
    codes: Mapping[str, float], known: Mapping[str, float], responses: ResponseScale
) -> Iterator[tuple[str, str]]:
    seen = {fold_code(text): (text, code) for text, code in known.items()}
    for text, code in codes.items():
        if not responses.min <= code <= responses.max:
            yield text, f"code {code} is outside {responses.min}-{responses.max}"
        elif not responses.allows(code):
            yield text, f"code {code} is no answer of this scale"
        other, its_code = seen.setdefault(fold_code(text), (text, code))
        if its_code != code:
            yield text, f"{text!r} has code {code}, but {other!r} has {its_code}"


def _check_cover(
    key: str, codes: Mapping[str, PlatformCodes], instrument: Instrument, responses: ResponseScale
) -> Iterator[Found]:
    """Yield where several codes become one answer, or none becomes an answer, and nobody has said that it is meant."""
    name = _bare_name(key, instrument)
    names = [instrument.response_names[name], name] if name in instrument.responses else [name]
    if any(each.collapse for one in names for each in select(codes, instrument, one)):
        return
    sources: dict[float, list[str]] = {value: [] for value in responses.values}
    for text, code in merge_codes(codes, instrument, names).items():
        sources.setdefault(code, []).append(text)
    said = [f"codes {join(texts)} all become {code}" for code, texts in sources.items() if len(texts) > 1]
    lacking = [f"{code:.10g}" for code, texts in sources.items() if not texts]
    if lacking:
        shown = lacking if len(lacking) <= _SHOWN else [*lacking[:_SHOWN], f"{len(lacking) - _SHOWN} more"]
        said.append(f"no code becomes {join(shown)}")
    if said:
        yield ("codes", key), "; ".join(said), "add 'collapse: true' to these codes if that is meant"


def _check_missing(
    labels: Mapping[str, Mapping[str, float]],
    codes: Mapping[str, PlatformCodes],
    missing: Mapping[str, Sequence[str]],
    instruments: Sequence[Instrument],
) -> Iterator[Found]:
    for reason, texts in missing.items():
        for text in texts:
            number = read_number(text)
            for instrument in instruments:
                for name, scale in instrument.response_scales.items():
                    own = merge_codes(codes, instrument, [name])
                    said = [*select(labels, instrument, name), scale.labels, own]
                    meant = {fold_code(each): code for each_said in said for each, code in each_said.items()}
                    if fold_code(text) in meant:
                        message = f"{text!r} is an answer of '{name}' ({meant[fold_code(text)]})"
                        yield ("missing", reason), message, ""
                    # A platform's own codes leave the definition's numbers free.
                    elif number is not None and not own and scale.min <= number <= scale.max:
                        yield ("missing", reason), f"missing code {text} is inside the valid range of '{name}'", ""
