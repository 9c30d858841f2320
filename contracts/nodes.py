"""A blueprint's YAML, node by node: each knows its file and line, and refuses what is not meant with a reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import yaml
from django.utils.translation import gettext as _

Choice = TypeVar("Choice", bound=StrEnum)
NUMBER = re.compile(r"[1-9]\d{0,4}")


class Wrong(ValueError):
    """Says file, line and reason."""


@dataclass(frozen=True)
class At:
    """A node of the file, which knows where it stands."""

    file: str
    node: yaml.Node

    def wrong(self, reason: str) -> Wrong:
        words = {"file": self.file, "line": self.node.start_mark.line + 1, "reason": reason}
        return Wrong(_("%(file)s, line %(line)s: %(reason)s") % words)

    def text(self) -> str:
        if not isinstance(self.node, yaml.ScalarNode) or not self.node.value.strip():
            raise self.wrong(_("a word or sentence is expected here."))
        return str(self.node.value)

    def items(self) -> list[At]:
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.wrong(_("a list is expected here."))
        return [At(self.file, node) for node in self.node.value]

    def fields(self) -> dict[str, At]:
        if not isinstance(self.node, yaml.MappingNode):
            raise self.wrong(_("named items are expected here."))
        found: dict[str, At] = {}
        for key, value in self.node.value:
            if At(self.file, key).text() in found:
                raise At(self.file, key).wrong(_("'%(name)s' stands here twice.") % {"name": key.value})
            found[key.value] = At(self.file, value)
        return found

    def only(self, *names: str, needed: tuple[str, ...] = ()) -> dict[str, At]:
        found = self.fields()
        for name in found:
            if name not in (*names, *needed):
                words = {"name": name, "known": ", ".join((*needed, *names))}
                raise found[name].wrong(_("'%(name)s' is not known here. Known: %(known)s.") % words)
        for name in needed:
            if name not in found:
                raise self.wrong(_("'%(name)s' is missing.") % {"name": name})
        return found

    def one_of(self, choices: type[Choice]) -> Choice:
        if self.text() not in set(choices):
            words = {"name": self.text(), "known": ", ".join(filter(None, choices))}
            raise self.wrong(_("'%(name)s' is none of %(known)s.") % words)
        return choices(self.text())

    def all_of(self, choices: type[Choice]) -> frozenset[Choice]:
        return frozenset(item.one_of(choices) for item in self.items())

    def is_true(self) -> bool:
        if self.text() not in ("true", "false"):
            raise self.wrong(_("true or false is expected here."))
        return self.text() == "true"

    def number(self) -> int:
        if not NUMBER.fullmatch(self.text()):
            raise self.wrong(_("a whole number from 1 on is expected here."))
        return int(self.text())

    def clause(self) -> str:
        """The contract's clause. Empty for what is marked 'house: true', which the contract does not name."""
        found = self.fields()
        is_house = "house" in found and found["house"].is_true()
        if is_house == ("clause" in found):
            raise self.wrong(_("an item has a clause, or is marked 'house: true'."))
        return "" if is_house else found["clause"].text()
