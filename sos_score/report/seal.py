"""The seal of a manifest: a digest of its own bytes, or with a key a signature that only its holder can make."""

from __future__ import annotations

import hashlib
import hmac
import re

_HASHED, _SIGNED = "sha256", "hmac-sha256"
_BLANK = b"0" * 64
_SEAL = re.compile(rb'"seal": \{"(sha256|hmac-sha256)": "([0-9a-f]{64})"\}\n\}\n\Z')


def seal(content: bytes, key: bytes | None = None) -> bytes:
    """Return a JSON object, as `json.dumps` with an indent of one writes it, with the seal of all its bytes last."""
    kind = _HASHED if key is None else _SIGNED
    start = content.removesuffix(b"\n}\n") + f',\n "seal": {{"{kind}": "'.encode()
    end = b'"}\n}\n'
    return start + _digest(start + _BLANK + end, key).encode() + end


def check_seal(content: bytes, key: bytes | None = None) -> str:
    """Return what is wrong with the seal of a file, or nothing; without a key a signature cannot be checked."""
    found = _SEAL.search(content)
    if found is None:
        return "has no seal at its end, which every manifest has"
    kind = found[1].decode()
    if key is not None and kind != _SIGNED:
        return "is not signed"
    if key is None and kind == _SIGNED:
        return "is signed: give the key with --sign-key"
    blank = content[: found.start(2)] + _BLANK + content[found.end(2) :]
    if not hmac.compare_digest(_digest(blank, key), found[2].decode()):
        return "has been changed since, or was signed with another key" if key else "has been changed since"
    return ""


def _digest(content: bytes, key: bytes | None) -> str:
    return hashlib.sha256(content).hexdigest() if key is None else hmac.digest(key, content, "sha256").hex()
