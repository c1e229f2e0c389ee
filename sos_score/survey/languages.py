"""Which language the labels of a file are in, and what a text means that has another meaning in another language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sos_score.definition.instrument.instrument import Instrument
from sos_score.definition.text import fold_code
from sos_score.errors import InvalidRequest
from sos_score.survey.answers import AnswerKey

NAMES = {
    "ar": "Arabic",
    "bn": "Bengali",
    "cy": "Welsh",
    "da": "Danish",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "ga": "Irish",
    "gd": "Scottish Gaelic",
    "it": "Italian",
    "ja": "Japanese",
    "nb": "Norwegian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pa": "Punjabi",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "so": "Somali",
    "sv": "Swedish",
    "uk": "Ukrainian",
    "ur": "Urdu",
}
"""The languages that have a name here; any other goes by its code."""


def name_language(code: str) -> str:
    """Return what a language is called.

    Examples
    --------
    >>> name_language("cy"), name_language("en-GB"), name_language("xx")
    ('Welsh', 'English (en-GB)', 'xx')
    """
    name = NAMES.get(code.partition("-")[0])
    return code if name is None else name if code in NAMES else f"{name} ({code})"


def check_language(language: str | None, instruments: Iterable[Instrument]) -> None:
    """Raise `InvalidRequest` where a language is named that no definition has labels in."""
    known = {code: None for each in instruments for code in each.languages}
    if language is not None and known and language not in known:
        listed = ", ".join(f"{code} ({name})" if (name := name_language(code)) != code else code for code in known)
        raise InvalidRequest(f"no definition has labels in '{language}' (languages: {listed})")


def recognise_languages(texts: Iterable[tuple[str, str]], keys: Mapping[str, AnswerKey]) -> tuple[str, ...]:
    """Return the language of the labels of a file, given as items and texts.

    Several where no language has all of them; none where more than one has, or where there are no such labels.
    """
    seen = {(id(keys[item]), fold_code(text)): keys[item] for item, text in texts if keys[item].languages}
    held = [
        languages
        for (_, text), key in seen.items()
        if (languages := [code for code, labels in key.languages.items() if text in labels])
    ]
    common = [code for code in held[0] if all(code in each for each in held)] if held else []
    if common:
        return tuple(common) if len(common) == 1 else ()
    return tuple(dict.fromkeys(each[0] for each in held if len(each) == 1))


def settle_keys(keys: Mapping[str, AnswerKey], texts: Iterable[tuple[str, str]]) -> Mapping[str, AnswerKey]:
    """Return how cells are read now that the texts of the file are known: in its one language, where it has one."""
    if not any(key.contested for key in keys.values()):
        return keys
    found = recognise_languages(texts, keys)
    if len(found) != 1:
        return keys
    settled = {id(key): settle_key(key, found[0]) for key in keys.values()}  # items that share a key go on sharing it
    return {item: settled[id(key)] for item, key in keys.items()}


def settle_key(key: AnswerKey, language: str) -> AnswerKey:
    """Return how cells are read where texts that mean two answers are in one language."""
    labels = key.languages.get(language, {})
    return replace(key, texts={**key.texts, **{text: labels[text] for text in key.contested if text in labels}})
