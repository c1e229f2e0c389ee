"""Who holds the rights to an instrument, and who vouches for each part of its definition."""

from __future__ import annotations

from typing import Literal

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


class Rights(Model):
    """Who holds the rights, and what that means for the item wording.

    Attributes
    ----------
    holder : str
        Who holds the rights, and whom to ask.
    wording : str
        What becomes of the item wording.
    """

    holder: Text
    wording: Text = "not distributed"


class Claim(Model):
    """How well one part of a definition is known, and from where.

    Attributes
    ----------
    status : str
        ``verified``: two or more independent public sources agree; ``derived``: worked out from verified facts;
        ``unverified``: from the literature, not checked against the article; ``structural``: names and counts only;
        ``project``: sos-score's own rule; none is published; ``user``: stated by the user.
    source : str
        Where it is printed, or who says so.
    """

    status: Status
    source: Text


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
