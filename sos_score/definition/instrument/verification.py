"""Who holds the rights to an instrument, who vouches for each part, and which findings are put up with."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from sos_score.definition.instrument.ids import as_list
from sos_score.definition.model import Model, Text

Status = Literal["verified", "derived", "unverified", "structural", "project", "user"]

STATUS_MEANING: dict[str, str] = {
    "verified": "two or more independent public sources agree",
    "derived": "worked out from verified facts",
    "unverified": "from the literature without a check against the article",
    "structural": "counts and names only; the published key is proprietary or unknown",
    "project": "sos-score's own rule; none is published",
    "user": "stated by the user",
}


_TEXT = {"type": "string", "minLength": 1}
Sources = Annotated[
    list[Text],
    BeforeValidator(as_list),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]}),
]


class Rights(Model):
    """Who holds the rights, and what that means for the item wording.

    Attributes
    ----------
    holder : str
        Who holds the rights, and whom to ask.
    wording : str
        What becomes of the item wording.
    licence : str or None
        Under which licence the wording of items stands in this file; without one none may.
    """

    holder: Text
    wording: Text = "not distributed"
    licence: Text | None = None


class Claim(Model):
    """How well one part of a definition is known, and from where.

    Attributes
    ----------
    status : str
        ``verified``: two or more independent public sources agree; ``derived``: worked out from verified facts;
        ``unverified``: from the literature, not checked against the article; ``structural``: names and counts only;
        ``project``: sos-score's own rule; none is published; ``user``: stated by the user.
    sources : str or list of str
        Where it is printed, or who says so; independent sources one by one.
    """

    status: Status
    sources: Annotated[Sources, Field(alias="source")]

    @property
    def source(self) -> str:
        """Return the sources as one text."""
        return "; ".join(self.sources)


class Verification(Model):
    """Who vouches for each part of a definition.

    Attributes
    ----------
    key : Claim
        Which item belongs to which scale, and which items are reversed.
    responses : Claim
        The range, codes and labels of the answers.
    missing : Claim
        The missing rule.
    norms : Claim or None
        The norms, where there are any.
    """

    key: Claim
    responses: Claim
    missing: Claim
    norms: Claim | None = None

    def parts(self) -> dict[str, Claim]:
        """Return the claims that are made, by the part they are about."""
        named = {"key": self.key, "responses": self.responses, "missing": self.missing, "norms": self.norms}
        return {part: claim for part, claim in named.items() if claim is not None}


class Suppression(Model):
    """A finding of ``validate`` that is put up with, and why.

    Attributes
    ----------
    rule : str
        The id of the rule; one whose findings are errors in every profile cannot be suppressed.
    where : str or None
        The place, as the finding names it (``verification.key``), with all below it; without one the whole file.
    reason : str
        Why it is put up with, in at least 20 letters.
    """

    rule: Annotated[str, Field(pattern=r"^SOS\d{3}$")]
    where: Text | None = None
    reason: Text

    def covers(self, where: str) -> bool:
        """Return whether a place is one that the suppression is about."""
        return self.where is None or where == self.where or where.startswith((f"{self.where}.", f"{self.where}["))
