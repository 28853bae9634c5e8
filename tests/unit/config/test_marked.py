# SPDX-License-Identifier: GPL-2.0-only
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.config import marked
from harness.errors import BadInput

HERE = Path("some.yaml")


def test_every_key_and_entry_has_its_line() -> None:
    document = marked.parse("a:\n  b: 1\n  c:\n    - x\n    - y\n", HERE)
    assert document.data == {"a": {"b": 1, "c": ["x", "y"]}}
    assert [document.line(steps) for steps in [("a",), ("a", "b"), ("a", "c"), ("a", "c", 1)]] == [1, 2, 3, 5]
    assert document.line(("a", "gone", 3)) == 1


def test_keys_stay_as_written() -> None:
    assert marked.parse("{6.10: a, yes: b, 1: c}", HERE).data == {"6.10": "a", "yes": "b", "1": "c"}


def test_anchors_and_merges_work() -> None:
    document = marked.parse("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n", HERE)
    assert document.data["b"] == {"x": 1, "y": 3}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "some.yaml: the file is empty"),
        ("# only a remark\n", "some.yaml: the file is empty"),
        ("a: 1\nb: 2\na: 3\n", "some.yaml:3: a: given twice, first in line 1"),
        ("a:\n  b: 1\n  b: 2\n", "some.yaml:3: a.b: given twice, first in line 2"),
        ("a:\n\tb: 1\n", "some.yaml:2: a tab in the indentation: yaml wants spaces"),
        ("a: [1, 2\nb: 3\n", "some.yaml:2: not yaml"),
        ("a: 'x\n", "not yaml"),
        ("a: *nowhere\n", "some.yaml:1: not yaml: found undefined alias"),
        ("a: &a [*a]\n", "nested too deep"),
        ("[" * 1500, "nested too deep"),
        ("[1]: 2\n", "a key must be a word"),
        ("a: 2026-13-45\n", "put it in quotes"),
        ("a: !!python/object:os.system x\n", "cannot be read as"),
        ("a: 1\n---\nb: 2\n", "not yaml: but found another document"),
        ("a: \x00", "not yaml"),
    ],
)
def test_what_is_no_yaml_is_told_by_line(text: str, sentence: str) -> None:
    with pytest.raises(BadInput) as caught:
        marked.parse(text, HERE)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_a_folder_and_a_binary_are_told_apart(tmp_path: Path) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"a: 1\nb: \xff\xfe\n")
    for path, sentence in [
        (tmp_path / "gone.yaml", "no such file"),
        (tmp_path, "is a folder, not a yaml file"),
        (binary, "binary.yaml:2: not UTF-8 text (byte 0xff)"),
    ]:
        with pytest.raises(BadInput) as caught:
            marked.read(path)
        assert sentence in str(caught.value)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert marked.read(tmp_path / "a.yaml").data == {"a": 1}


@given(st.text(max_size=60))
def test_no_text_ends_in_anything_but_data_or_bad_input(text: str) -> None:
    try:
        marked.parse(text, HERE)
    except BadInput as error:
        assert str(error).startswith("some.yaml")
