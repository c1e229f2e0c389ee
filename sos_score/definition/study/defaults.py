"""What a study file leaves unsaid, and what then holds."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from sos_score.definition.study.model import Study


def list_defaults(study: Study) -> list[str]:
    """Return what a study file leaves to its defaults, each as ``place: value``.

    Examples
    --------
    >>> study = Study.model_validate({"format": 1, "id": "s", "title": "S", "sites": {"1": {}},
    ...                               "sources": {"a": {"files": "a.csv", "instrument": "wai-s"}}})
    >>> list_defaults(study)[-3:]
    ['plan.outcomes: every scale of every source', 'plan.seed: 1', 'privacy.smallest_cell: 5']
    """
    plan, multiplicity = study.plan, study.plan.multiplicity
    stated: list[tuple[str, BaseModel, str, object]] = [
        ("levels", study, "levels", "the site, and the levels below it that the data have"),
        ("plan.alpha", plan, "alpha", plan.alpha),
        ("plan.smallest_effect", plan, "smallest_effect", "none, so nothing can be called equivalent"),
        ("plan.multiplicity.method", multiplicity, "method", multiplicity.method),
        ("plan.multiplicity.family", multiplicity, "family", multiplicity.family),
        ("plan.outcomes", plan, "outcomes", "every scale of every source"),
        ("plan.seed", plan, "seed", plan.seed),
        ("privacy.smallest_cell", study.privacy, "smallest_cell", study.privacy.smallest_cell),
    ]
    left = [f"{place}: {value}" for place, model, key, value in stated if key not in model.model_fields_set]
    return [*_list_source_defaults(study), *left]


def _list_source_defaults(study: Study) -> Iterator[str]:
    """Yield what sources leave unsaid, in one line where all of them do."""
    unsaid = {
        "answered_by": "the respondent the definition names first",
        "min_answered": "the definition's own rule",
        "on_invalid": "error",
    }
    for key, value in unsaid.items():
        left = [name for name, source in study.sources.items() if key not in source.model_fields_set]
        places = ["sources"] if len(left) == len(study.sources) else [f"sources.{name}" for name in left]
        yield from (f"{place}.{key}: {value}" for place in places)
