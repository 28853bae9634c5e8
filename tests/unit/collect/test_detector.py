# SPDX-License-Identifier: GPL-2.0-only
from pathlib import Path

import pytest

from harness.collect.console import kernel_lines
from harness.collect.detector import FOLDER, Detector, Example, Signatures, detectors, load_detector
from harness.collect.dmesg import findings
from harness.errors import BadInput

CLEAN = (Path(__file__).parent / "logs" / "clean-6.1.log").read_bytes().decode()
EXAMPLES = [
    pytest.param(detector, example, id=f"{detector.name}-{index}-{example.release}")
    for detector in detectors()
    for index, example in enumerate(detector.examples)
]


def test_every_file_is_loaded() -> None:
    assert len(detectors()) == len(list(FOLDER.glob("*.yaml"))) >= 25


@pytest.mark.parametrize(("detector", "example"), EXAMPLES)
def test_an_example_is_found_by_its_own_detector_alone(detector: Detector, example: Example) -> None:
    assert [(finding.detector, finding.count) for finding in findings(example.log)] == [
        (detector.name, example.expect.count)
    ]


@pytest.mark.parametrize(("detector", "example"), EXAMPLES)
def test_what_an_example_says_is_extracted(detector: Detector, example: Example) -> None:
    found = findings(example.log)[0]
    assert found.kind == detector.kind
    assert found.title == example.expect.title
    assert found.signature == example.expect.signature
    assert (str(found.where) if found.where else None) == example.expect.where
    assert len(found.lines) == example.expect.lines


@pytest.mark.parametrize(("detector", "example"), EXAMPLES)
def test_an_example_inside_a_real_boot_gives_the_same(detector: Detector, example: Example) -> None:
    found = findings(CLEAN + example.log.replace("\n", "\r\n") + CLEAN)
    assert [(one.detector, one.signature, len(one.lines)) for one in found] == [
        (detector.name, example.expect.signature, example.expect.lines)
    ]


@pytest.mark.parametrize(("detector", "example"), EXAMPLES)
def test_no_two_detectors_claim_the_first_line_of_an_example(detector: Detector, example: Example) -> None:
    equals = [one for one in detectors() if one.last_resort == detector.last_resort]
    for line in kernel_lines(example.log):
        claims = [one.name for one in equals if one.opens(line.body)]
        assert len(claims) <= 1, line.body


def test_a_clean_boot_gives_nothing() -> None:
    assert CLEAN.count("\r\n") > 200
    assert findings(CLEAN) == []


@pytest.mark.parametrize(
    "line",
    [
        "random: crng init done",
        "racer[83]: segfault at 8 ip 0000000000401030 sp 00007ffd57444c88 error 6 in racer[401000+1000]",
        "traps: racer[83] general protection fault ip:401030 sp:7ffd57444c88 error:0 in racer[401000+1000]",
        "EXT4-fs (pmem0): mounted filesystem with ordered data mode. Quota mode: disabled.",
        "EXT4-fs (pmem0): DAX enabled. Warning: EXPERIMENTAL, use at your own risk",
        "XFS (pmem0): Ending clean mount",
        "Kernel panic - not syncing: Fatal exception",
        "note: racer[83] exited with irqs disabled",
        "INFO: lockdep is turned off.",
        "DEBUG: BUGGY BIOS",
    ],
)
def test_a_harmless_line_opens_nothing(line: str) -> None:
    assert Signatures(detectors()).opening(line) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("kind: wran", r":1: kind: `wran` is not known here.*did you mean `warn`"),
        ("start: '('", r":\d+: start: `\(` is no regular expression"),
        ("start: '(?P<place>x)'", r"unknown group `place`; allowed are file, function"),
        ("stat: x", r":\d+: stat: unknown key, did you mean `start`\?"),
    ],
)
def test_a_wrong_file_says_line_and_key(tmp_path: Path, change: str, message: str) -> None:
    key = change.split(":")[0]
    lines = [
        "kind: warn", "title: t", "contains: [x]", "start: x", "ends: line",
        "examples: [{release: '6.1', log: x, expect: {title: t, signature: 'd:t', lines: 1}}]",
    ]  # fmt: skip
    kept = [change if line.startswith(key + ":") else line for line in lines]
    path = tmp_path / "d.yaml"
    path.write_text("\n".join(kept if change in kept else [*kept, change]))
    with pytest.raises(BadInput, match=message):
        load_detector(path)
