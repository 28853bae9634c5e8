# SPDX-License-Identifier: GPL-2.0-only
"""A yaml file as plain data that remembers the line of every key and value."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from harness.errors import BadInput

MERGE = "tag:yaml.org,2002:merge"
MAX_DEPTH = 50

Steps = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """Plain data, and the 1-based line of each path of keys and indices into it."""

    path: Path
    data: Any
    lines: dict[Steps, int]

    def line(self, steps: Steps) -> int:
        """Line of the value at ``steps``, or of the nearest thing around it."""
        while steps and steps not in self.lines:
            steps = steps[:-1]
        return self.lines.get(steps, 1)


def read(path: Path) -> Document:
    """Reads a yaml file. Raises BadInput naming file and line: not there, not text, not yaml, a key twice."""
    return parse(_text(path), path)


def parse(text: str, path: Path) -> Document:
    """Like read(), from text; ``path`` is for the messages."""
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        raise BadInput(_syntax(error, text, path)) from None
    except yaml.YAMLError as error:  # ReaderError: a control character
        raise BadInput(f"{path}: not yaml: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise BadInput(f"{path}: nested too deep") from None
    if node is None:
        raise BadInput(f"{path}: the file is empty: `lab schema` shows what belongs there")
    lines: dict[Steps, int] = {}
    return Document(path, _Builder(loader, path, lines).build(node, ()), lines)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadInput(f"{path}: no such file") from None
    except IsADirectoryError:
        raise BadInput(f"{path}: is a folder, not a yaml file") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadInput(f"{path}:{line}: not UTF-8 text (byte {error.object[error.start]:#04x})") from None
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from None


def _syntax(error: yaml.MarkedYAMLError, text: str, path: Path) -> str:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    rows = text.splitlines()
    row = rows[line - 1] if line <= len(rows) else ""
    if "\t" in row[: len(row) - len(row.lstrip())] or "'\\t'" in (error.problem or ""):
        return f"{path}:{line}: a tab in the indentation: yaml wants spaces"
    return f"{path}:{line}: not yaml: {error.problem or error.context}"


class _Builder:
    def __init__(self, loader: yaml.SafeLoader, path: Path, lines: dict[Steps, int]) -> None:
        self.loader, self.path, self.lines = loader, path, lines

    def build(self, node: yaml.Node, steps: Steps) -> Any:
        if len(steps) > MAX_DEPTH:
            raise BadInput(f"{self.path}:{node.start_mark.line + 1}: nested too deep (an alias that contains itself?)")
        self.lines.setdefault(steps, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, steps)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*steps, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            return self.loader.construct_object(node)
        except (yaml.YAMLError, ValueError):
            where = f"{self.path}:{node.start_mark.line + 1}"
            raise BadInput(f"{where}: `{node.value}` cannot be read as {node.tag}: put it in quotes") from None

    def _mapping(self, node: yaml.MappingNode, steps: Steps) -> dict[str, Any]:
        self._refuse_twins(node, steps)
        self.loader.flatten_mapping(node)
        data: dict[str, Any] = {}
        for key, value in node.value:
            name = self._key(key)
            self.lines[(*steps, name)] = key.start_mark.line + 1
            data[name] = self.build(value, (*steps, name))
        return data

    def _key(self, key: yaml.Node) -> str:
        if not isinstance(key, yaml.ScalarNode):
            raise BadInput(f"{self.path}:{key.start_mark.line + 1}: a key must be a word, not a list or mapping")
        return str(key.value)  # as written: 6.10 is no float here

    def _refuse_twins(self, node: yaml.MappingNode, steps: Steps) -> None:
        first: dict[str, int] = {}
        for key, _ in node.value:
            name, line = self._key(key), key.start_mark.line + 1
            if name in first and key.tag != MERGE:
                dotted = ".".join(map(str, (*steps, name)))
                raise BadInput(f"{self.path}:{line}: {dotted}: given twice, first in line {first[name]}: remove one")
            first[name] = line
