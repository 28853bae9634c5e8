# SPDX-License-Identifier: GPL-2.0-only
"""The functions of one unit and what was inlined into them, from DWARF."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from elftools.dwarf.die import DIE

from harness.points.lines import Lines
from harness.points.point import Frame
from harness.points.unit import Span, Unit, spans_of, text_of

BLOCKS = frozenset({"DW_TAG_lexical_block", "DW_TAG_try_block", "DW_TAG_catch_block"})


@dataclass(frozen=True)
class Scope:
    """A function's body, or one inlined copy of one; ``call_file`` and ``call_line`` say where it was inlined."""

    name: str
    spans: tuple[Span, ...]
    call_file: int = 0
    call_line: int = 0
    inner: list["Scope"] = field(default_factory=list)

    def holds(self, address: int) -> bool:
        """Whether the address is in this copy."""
        return any(low <= address < high for low, high in self.spans)


class Scopes:
    """Source frames of one unit's addresses, from its DIEs and its line program."""

    def __init__(self, unit: Unit) -> None:
        self._lines = Lines(unit)
        top = unit.cu.get_top_DIE()
        bodies = (_scope(die) for die in top.iter_children() if die.tag == "DW_TAG_subprogram")
        ranges = sorted((low, high, id(body), body) for body in bodies for low, high in body.spans)
        self._ranges = [(low, high, body) for low, high, _, body in ranges]
        self._starts = [low for low, _, _ in self._ranges]

    def frames(self, address: int) -> tuple[Frame, ...]:
        """Frames of the instruction at ``address``, innermost first; () where no function of this unit holds it."""
        body = self._body(address)
        if body is None:
            return ()
        file, line = self._lines.at(address)
        frames: list[Frame] = []
        for scope in reversed(_chain(body, address)):
            frames.append(Frame(scope.name, file, line))
            file, line = self._lines.file(scope.call_file), scope.call_line
        return tuple(frames)

    def _body(self, address: int) -> Scope | None:
        at = bisect_right(self._starts, address) - 1
        if at < 0:
            return None
        _, high, body = self._ranges[at]
        return body if address < high else None


def _chain(body: Scope, address: int) -> list[Scope]:
    """The scopes that hold the address, outermost first."""
    chain = [body]
    while found := next((scope for scope in chain[-1].inner if scope.holds(address)), None):
        chain.append(found)
    return chain


def _scope(die: DIE) -> Scope:
    spans = spans_of(die)
    scope = Scope(_name(die), spans, _number(die, "DW_AT_call_file"), _number(die, "DW_AT_call_line"))
    if spans and die.has_children:
        scope.inner.extend(_inlined(die))
    return scope


def _inlined(die: DIE) -> Iterator[Scope]:
    """Scopes inlined into this one, through blocks; an inlined copy without code only passes its own on."""
    for child in die.iter_children():
        if child.tag == "DW_TAG_inlined_subroutine":
            scope = _scope(child)
            yield from [scope] if scope.spans else _inlined(child)
        elif child.tag in BLOCKS:
            yield from _inlined(child)


def _name(die: DIE) -> str:
    """The function's own name; a copy's is its origin's."""
    seen = 0
    while seen < 8:
        if name := text_of(die, "DW_AT_name"):
            return name
        link = next((key for key in ("DW_AT_abstract_origin", "DW_AT_specification") if key in die.attributes), None)
        if link is None:
            break
        die, seen = die.get_DIE_from_attribute(link), seen + 1
    return "?"


def _number(die: DIE, attribute: str) -> int:
    found = die.attributes.get(attribute)
    return found.value if found and isinstance(found.value, int) else 0
