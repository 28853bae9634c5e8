# SPDX-License-Identifier: GPL-2.0-only
import tracemalloc
from pathlib import Path

from harness.report.html import MAX_BYTES, render_html
from harness.report.logs import LINE, PIECE, excerpts
from harness.verdict.judge import judged
from tests.fakes import results as fakes

HOSTILE = b"\x1b[31m\x00\xff\xfe <script>alert(1)</script> \xe2\x80\xae evil\n"


def test_a_short_log_is_there_as_a_whole_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "stock.log").write_bytes(b"== boot ==\n[    0.000000] Linux\n")
    assert excerpts(tmp_path) == {"stock": "== boot ==\n[    0.000000] Linux"}


def test_of_a_log_of_50_megabytes_two_pieces_are_read(tmp_path: Path) -> None:
    with (tmp_path / "noisy.log").open("wb") as file:
        file.write(b"the first line\n")
        for _ in range(50):
            file.write(HOSTILE * (1_000_000 // len(HOSTILE)))
        file.write(b"the last line\n")
    tracemalloc.start()
    text = excerpts(tmp_path)["noisy"]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * PIECE
    assert text.startswith("the first line\n") and text.endswith("the last line")
    assert "bytes left out, all of it is in dmesg/noisy.log" in text


def test_a_log_of_one_endless_line_is_cut_too(tmp_path: Path) -> None:
    (tmp_path / "line.log").write_bytes(b"x" * 1_000_000)
    assert len(excerpts(tmp_path)["line"]) < 3 * LINE
    (tmp_path / "line.log").write_bytes(b"x" * 1000)
    assert len(excerpts(tmp_path)["line"]) == LINE + 3


def test_a_run_without_logs_has_none(tmp_path: Path) -> None:
    assert excerpts(tmp_path / "dmesg") == {}


def test_a_hostile_log_in_the_page_is_text_and_the_page_stays_within_its_bound(tmp_path: Path) -> None:
    (tmp_path / "noisy.log").write_bytes(HOSTILE * 100_000)
    page = render_html(judged(fakes.run()), logs=excerpts(tmp_path))
    assert "&lt;script&gt;alert(1)" in page and "<script>alert(1)" not in page
    assert not any(character in page for character in "\x1b\x00\u202e\udcff\ufffd")
    assert len(page.encode()) < MAX_BYTES
