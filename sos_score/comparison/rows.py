"""Who gave each score, where and when: found once for all scales of a table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.intp]
Texts = NDArray[np.str_]
ALONE = "\x1f"
"""Begins the name of somebody without an id, who is nobody else: the place follows."""


@dataclass(frozen=True, eq=False)
class Rows:
    """The ids of rows, and what lies where."""

    # of each row; a person is an empty text where there is no id
    person: Texts
    site: Texts
    wave: Texts
    # what each row is nested in at the highest level below the site, an empty text where unknown
    cluster: Texts | None = None

    @property
    def ids(self) -> tuple[Texts, Texts, Texts, Texts | None]:
        """Return the four arrays."""
        return self.person, self.site, self.wave, self.cluster

    @cached_property
    def people(self) -> Codes:
        """Return who each row is of, as a number; without an id, everyone is somebody else."""
        return _number(self.person, are_alone=True)

    @cached_property
    def groups(self) -> Codes | None:
        """Return what each row is nested in, as a number, -1 where unknown; None without such a level."""
        return None if self.cluster is None else _number(self.cluster)

    @cached_property
    def n_groups(self) -> int:
        """Return how many different `groups` there are."""
        return 0 if self.groups is None else int(self.groups.max(initial=-1)) + 1

    @cached_property
    def places(self) -> Codes:
        """Return the site and wave of each row, as a number; `names` says which."""
        return self._placed[0]

    @cached_property
    def names(self) -> list[tuple[str, str]]:
        """Return the site and wave of each of `places`."""
        return self._placed[1]

    @cached_property
    def order(self) -> Codes:
        """Return the rows by site and wave, in their own order there."""
        return np.argsort(self.places, kind="stable")

    @cached_property
    def sites(self) -> Codes:
        """Return the site of each row, as a number."""
        return _number(self.site, are_known=True)

    def at(self, site: str, wave: str) -> Codes:
        """Return the rows of a site and wave, whether they have a score or not."""
        return self._at.get((site, wave), np.empty(0, dtype=np.intp))

    @cached_property
    def _at(self) -> dict[tuple[str, str], Codes]:
        ends = np.searchsorted(self.places[self.order], np.arange(len(self.names) + 1))
        return {name: self.order[ends[i] : ends[i + 1]] for i, name in enumerate(self.names)}

    @cached_property
    def _placed(self) -> tuple[Codes, list[tuple[str, str]]]:
        site, wave = self.sites, _number(self.wave, are_known=True)
        n_waves = int(wave.max(initial=-1)) + 1
        _, first, places = np.unique(site * n_waves + wave, return_index=True, return_inverse=True)
        return places.astype(np.intp), [(str(self.site[row]), str(self.wave[row])) for row in first.tolist()]


def _number(texts: Texts, *, are_alone: bool = False, are_known: bool = False) -> Codes:
    """Return a number for each text, the same for the same; of an empty one -1, or one of its own where `are_alone`."""
    import pandas as pd

    codes, found = pd.factorize(texts.astype(object))
    codes = codes.astype(np.intp)
    if are_known:
        return codes
    empty = texts == ""
    return np.where(empty, len(found) + np.arange(texts.size) if are_alone else -1, codes)
