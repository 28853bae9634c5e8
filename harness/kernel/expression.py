# SPDX-License-Identifier: GPL-2.0-only
"""Kconfig's boolean expressions: which parts of a dependency a config does not meet."""

import re
from collections.abc import Iterable, Mapping

SYMBOL = re.compile(r"\b[A-Z0-9_]*[A-Z][A-Z0-9_]*\b")
WORD = re.compile(r"&&|\|\||!=|=|!|\(|\)|[\w\"']+")


def unmet_parts(expression: str, config: Mapping[str, str]) -> Iterable[str]:
    """The parts of a conjunction that ``config`` does not meet, each as Kconfig writes it."""
    for part in _conjuncts(expression):
        if not _true(part, config):
            names = [name for name in SYMBOL.findall(part) if part.strip("() ") != name]
            values = ", ".join(f"{name}={config.get(name, 'n')}" for name in names)
            yield f"`{part.strip()}`" + (f" ({values})" if values else "")


def _conjuncts(expression: str) -> list[str]:
    """Splits at the outermost &&; a part that is one pair of parentheses is opened."""
    text = expression.split("#")[0].strip()
    parts, depth, begin = [], 0, 0
    for index, char in enumerate(text):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if depth == 0 and text.startswith("&&", index):
            parts.append(text[begin:index].strip())
            begin = index + 2
    parts.append(text[begin:].strip())
    if len(parts) == 1:
        return _conjuncts(text[1:-1]) if _wrapped(text) else [text] if text else []
    return [each for part in parts for each in _conjuncts(part)]


def _wrapped(text: str) -> bool:
    depth = 0
    for index, char in enumerate(text):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if depth == 0:
            return char == ")" and index == len(text) - 1 and index > 0
    return False


def _true(part: str, config: Mapping[str, str]) -> bool:
    """Whether a part holds; one with operators that are not understood (macros) counts as met."""
    if "$(" in part:
        return True
    return _Expression(WORD.findall(part), config).disjunction()


class _Expression:
    """Recursive descent over Kconfig's boolean expressions; m counts as true."""

    def __init__(self, words: list[str], config: Mapping[str, str]) -> None:
        self.words, self.config = [*words, ""], config

    def disjunction(self) -> bool:
        value = self.conjunction()
        while self._take("||"):
            value = self.conjunction() or value
        return value

    def conjunction(self) -> bool:
        value = self.negation()
        while self._take("&&"):
            value = self.negation() and value
        return value

    def negation(self) -> bool:
        if self._take("!"):
            return not self.negation()
        if self._take("("):
            value = self.disjunction()
            self._take(")")
            return value
        left = self._value(self.words.pop(0))
        for operator in ("=", "!="):
            if self._take(operator):
                return (left == self._value(self.words.pop(0))) == (operator == "=")
        return left in ("y", "m")

    def _take(self, word: str) -> bool:
        if self.words[0] == word:
            self.words.pop(0)
            return True
        return False

    def _value(self, word: str) -> str:
        literal = word in ("y", "n", "m") or word[:1] in "\"'" or word.isdigit()
        return word if literal else self.config.get(word, "n")
