# SPDX-License-Identifier: GPL-2.0-only
from pathlib import Path

import pytest

from harness.errors import BadInput
from harness.kernel import kconfig
from harness.kernel.expression import unmet_parts
from harness.kernel.fragments import Option
from tests.fakes import kernel as fake


def test_dependencies_of_blocks_and_of_the_symbol_are_joined() -> None:
    assert kconfig.symbols(fake.TREE)["FS_DAX"].depends == ["(EXPERT) && (DAX && (ZONE_DEVICE || MMU_LESS))"]


def test_help_that_looks_like_kconfig_is_no_kconfig() -> None:
    assert kconfig.symbols(fake.TREE)["EXPERT"].depends == [""]
    assert kconfig.symbols(fake.TREE)["KPROBES"].depends == [""]


@pytest.mark.parametrize(
    ("expression", "unmet"),
    [
        ("A && B", ["`B`"]),
        ("A && (B || C)", ["`B || C` (B=n, C=n)"]),
        ("(A) && !A2", ["`!A2` (A2=y)"]),
        ('A && WORD="other"', ['`WORD="other"` (WORD="this")']),
        ("NUMBER != 8", ["`NUMBER != 8` (NUMBER=8)"]),
        ("MOD && A", []),
        ("$(macro,x) && A", []),
        ("", []),
        ("!(A && B)", []),
        ("A = y && B = n", []),
    ],
)
def test_the_parts_that_are_not_met_are_told_with_values(expression: str, unmet: list[str]) -> None:
    config = {"A": "y", "A2": "y", "MOD": "m", "NUMBER": "8", "WORD": '"this"'}
    assert list(unmet_parts(expression, config)) == unmet


def _check(name: str, value: str, config: dict[str, str]) -> None:
    kconfig.check([Option(name, value, "mine.config", 4)], config, fake.TREE)


def test_a_selected_option_that_should_be_off_is_told_so() -> None:
    with pytest.raises(BadInput, match=r"mine\.config:4: # CONFIG_DAX is not set.*another option selects it"):
        _check("DAX", "n", {"DAX": "y"})


def test_an_option_without_prompt_is_told_so() -> None:
    with pytest.raises(BadInput, match=r"MMU_LESS=y.*no prompt"):
        _check("MMU_LESS", "y", {"EXPERT": "y"})


@pytest.mark.parametrize("value", ["y", "n"])
def test_an_option_that_the_kernel_does_not_have_is_told_so(value: str) -> None:
    with pytest.raises(BadInput, match=r"mine\.config:4: .*no (such )?option"):
        _check("NO_SUCH", value, {})


@pytest.mark.parametrize("value", ["y", "n"])
def test_an_option_that_is_asked_for_where_known_may_be_unknown(value: str) -> None:
    kconfig.check([Option("NO_SUCH", value, "one.config", 1, known=True)], {}, fake.TREE)


def test_an_option_that_is_asked_for_where_known_and_is_known_must_be_as_asked() -> None:
    with pytest.raises(BadInput, match="KPROBES"):
        kconfig.check([Option("KPROBES", "n", "one.config", 1, known=True)], {"KPROBES": "y"}, fake.TREE)


@pytest.mark.parametrize(
    "source", ['source "arch/$SRCARCH/Kconfig"', "source arch/$SRCARCH/Kconfig", 'source "arch/$(SRCARCH)/Kconfig"']
)
def test_a_file_is_sourced_as_kernels_of_all_ages_write_it(tmp_path: Path, source: str) -> None:
    (tmp_path / "arch" / "x86").mkdir(parents=True)
    (tmp_path / "Kconfig").write_text(f"{source}\n")
    (tmp_path / "arch" / "x86" / "Kconfig").write_text("config SMP\n\tbool\n")
    assert "SMP" in kconfig.symbols(tmp_path)


def test_what_is_as_asked_passes(tmp_path: Path) -> None:
    (tmp_path / ".config").write_text('CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_W="a=b"\n')
    assert kconfig.read_config(tmp_path / ".config") == {"A": "y", "W": '"a=b"'}
    _check("DAX", "y", {"DAX": "y"})


def test_conditions_of_menus_and_of_files_that_source_others_hold_within(tmp_path: Path) -> None:
    (tmp_path / "Kconfig").write_text(
        'if OUTER\nmenu "M"\n\tdepends on NET\n\nsource "sub/Kconfig"\nendmenu\nendif\nconfig LAST\n\tbool "last"\n'
        'source "arch/$(SRCARCH)/Kconfig"\nsource "gone/Kconfig"\n'
    )
    for name, text in (("sub", "config INNER\n\tbool\n\tdepends on A\n"), ("arch/x86", "config ARCH\n\tbool\n")):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "Kconfig").write_text(text)
    found = {name: symbol.depends for name, symbol in kconfig.symbols(tmp_path).items()}
    assert found == {"INNER": ["(OUTER) && (NET) && (A)"], "LAST": [""], "ARCH": [""]}
