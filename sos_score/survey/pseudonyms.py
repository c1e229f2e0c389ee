"""Names that stand for ids: the same for the same id and key, so that they link, and of no use without the key."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from sos_score.definition.text import fold_id
from sos_score.errors import InvalidInput, InvalidOutput, Problem, describe_failure
from sos_score.inputs import read_small

KEY_BYTES = 32
_KEY = re.compile(rf"[0-9a-f]{{{2 * KEY_BYTES}}}")
_LENGTH = 15


@dataclass
class Pseudonyms:
    """The pseudonyms of one key."""

    key: bytes = field(repr=False)
    length: int = _LENGTH  # hexadecimal digits of each: 15 are 60 bits
    _names: dict[str, str] = field(default_factory=dict, repr=False)
    _taken: dict[str, str] = field(default_factory=dict, repr=False)

    def name(self, text: str) -> str:
        """Return what stands for an id, folded as ids are where they link; blank stays blank.

        HMAC-SHA-256, cut. It begins with a letter: a spreadsheet would take some hexadecimal digits for a number.
        """
        made = self._names.get(text)
        if made is None:
            folded = fold_id(text)
            digest = hmac.new(self.key, folded.encode(), hashlib.sha256).hexdigest()
            made = f"p{digest[: self.length]}" if folded else ""
            if self._taken.setdefault(made, folded) != folded:
                message = f"two ids get the same pseudonym '{made}'"
                raise InvalidInput([Problem(message, hint="make another key", rule="pseudonym")])
            self._names[text] = made
        return made

    @property
    def people(self) -> int:
        """Return how many different ids have been named."""
        return len(self._taken.keys() - {""})


def read_key(path: Path) -> bytes:
    """Return the key in a file; where there is none, say how to make one."""
    try:
        text = read_small(path).decode("ascii").strip()
    except FileNotFoundError:
        hint = "make a key with --new-key, once, and keep it: only files made with one key link"
        raise InvalidInput([Problem("there is no such key file", str(path), hint=hint, rule="key")]) from None
    except UnicodeDecodeError:
        text = ""
    except OSError as error:
        message = f"cannot be read ({describe_failure(error)})"
        raise InvalidInput([Problem(message, str(path), rule="key")]) from None
    if not _KEY.fullmatch(text):
        message = f"is not a key ({2 * KEY_BYTES} hexadecimal digits, as --new-key makes them)"
        raise InvalidInput([Problem(message, str(path), rule="key")])
    return bytes.fromhex(text)


def make_key(path: Path) -> bytes:
    """Make a key file that only its owner may read; never in place of another."""
    key = secrets.token_bytes(KEY_BYTES)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(f"{key.hex()}\n")
    except FileExistsError:
        message = "already exists, and what was made with another key would no longer link"
        hint = "leave out --new-key to use it, or choose another name"
        raise InvalidOutput([Problem(message, str(path), hint=hint, rule="key")]) from None
    except OSError as error:
        message = f"cannot be written ({describe_failure(error)})"
        raise InvalidOutput([Problem(message, str(path), rule="key")]) from None
    return key


def is_open(path: Path) -> bool:
    """Return whether others on this computer may read a file; False where the system does not say."""
    return os.name == "posix" and bool(path.stat().st_mode & 0o077)
