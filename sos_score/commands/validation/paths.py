"""Which files are checked: those named, those of folders and patterns, and of these those that changed."""

from __future__ import annotations

import glob
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sos_score.errors import InvalidRequest


def find_paths(name: str) -> list[str]:
    """Return the files a path, with or without ``.yaml``, a folder or a pattern stands for."""
    path = Path(name)
    if path.is_dir():
        return sorted(str(file) for file in path.iterdir() if file.suffix in (".yaml", ".yml"))
    if path.exists() or not glob.has_magic(name):
        whole = path.with_name(f"{path.name}.yaml") if path.name else path
        return [str(whole) if not path.exists() and whole.is_file() else name]
    return sorted(found for found in glob.glob(name, recursive=True) if Path(found).is_file())  # noqa: PTH207 - patterns may be absolute


@dataclass(frozen=True)
class History:
    """What changed since this branch left a revision.

    Attributes
    ----------
    base : str
        The commit in which it left it.
    top : Path
        The folder of the repository.
    changed : frozenset of Path
        Files that are new, gone or otherwise than they were then.
    """

    base: str
    top: Path
    changed: frozenset[Path]

    def is_changed(self, path: str | Path) -> bool:
        """Return whether a file changed."""
        return Path(path).resolve() in self.changed

    def name_old(self, path: str) -> str:
        """Return a file as git names it before the change: where it was, or the only one of its name that is gone."""
        here = Path(path).resolve()
        gone = [each for each in self.changed if each.name == here.name and not each.exists()]
        was = gone[0] if len(gone) == 1 and not self._had(here) else here
        return f"{self.base}:{was.relative_to(self.top).as_posix()}"

    def _had(self, path: Path) -> bool:
        return bool(_git("ls-tree", "-z", "--full-tree", self.base, "--", path.relative_to(self.top).as_posix()))


def read_history(revision: str) -> History:
    """Return what changed since this branch left `revision`, new files among it."""
    base = find_base(revision)
    top = Path(_git("rev-parse", "--show-toplevel").rstrip("\n")).resolve()
    listed = _git("diff", "--name-only", "-z", "--no-renames", base, "--") + _git(
        "ls-files", "--others", "--exclude-standard", "--full-name", "-z", ":/"
    )
    return History(base, top, frozenset((top / name).resolve() for name in listed.split("\0") if name))


def find_base(revision: str) -> str:
    """Return the commit in which this branch left `revision`; the revision itself where the two have none in common."""
    commit = _git(
        "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", about=revision
    ).strip()
    try:
        return _git("merge-base", commit, "HEAD").strip() or commit
    except InvalidRequest:  # a shallow clone may not reach back to it
        return commit


def _git(*words: str, about: str = "") -> str:
    """Return what git says; a request that cannot be met where it fails."""
    try:
        done = subprocess.run(["git", *words], capture_output=True, check=False)
    except FileNotFoundError:
        raise InvalidRequest("--changed-from needs git, which is not installed here") from None
    if done.returncode == 0:
        return done.stdout.decode(errors="surrogateescape")
    if about:
        raise InvalidRequest(f"--changed-from: git knows no commit '{about}' here{_explain(done.stderr)}")
    raise InvalidRequest(f"--changed-from: git cannot tell what changed{_explain(done.stderr)}")


def _explain(said: bytes) -> str:
    words = said.decode(errors="replace").strip().splitlines()
    return f" ({words[0]})" if words else "; a shallow clone may lack it"
