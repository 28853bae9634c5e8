# SPDX-License-Identifier: GPL-2.0-only
"""junit.xml: a test suite a kernel, a test case a scenario, and one case for the verdict on the whole."""

from harness.report.harmless import harmless
from harness.results.run import KernelInfo, Run
from harness.verdict.verdict import Cell, CellWord, Verdict, Word

PASSED = (CellWord.SILENT, CellWord.AS_EXPECTED, CellWord.KNOWN)


def junit(run: Run) -> str:
    """The run as JUnit XML. What could not run is skipped, never passed; the verdict's case tells such a run apart."""
    from junitparser import JUnitXml

    xml = JUnitXml("lab")
    assert run.verdict
    for kernel in run.kernels:
        xml.add_testsuite(_suite(run, run.verdict, kernel))
    xml.add_testsuite(verdict_suite(run.verdict.word, run.verdict.sentence, run.seconds))
    return str(xml.tostring().decode()) + "\n"  # type: ignore[no-untyped-call]


def _suite(run: Run, verdict: Verdict, kernel: KernelInfo):  # type: ignore[no-untyped-def]  # junitparser has no types
    from junitparser import TestSuite

    suite = TestSuite(harmless(kernel.name))
    suite.add_property("side", kernel.side)
    suite.add_property("release", harmless(kernel.release))
    for cell in verdict.cells:
        if cell.kernel == kernel.name:
            result = run.result(cell.scenario, cell.kernel)
            suite.add_testcase(_case(cell, kernel, result.seconds if result else 0.0))
    return suite


def _case(cell: Cell, kernel: KernelInfo, seconds: float):  # type: ignore[no-untyped-def]
    from junitparser import Error, Failure, Skipped, TestCase

    case = TestCase(cell.scenario, kernel.name, round(seconds, 3))
    told = harmless(f"{cell.word}: {cell.sentence}")
    if cell.word is CellWord.BROKEN:
        case.result = [Error(told)]
    elif cell.word is CellWord.FAILS and kernel.side == "with":
        case.result = [Failure(told, ",".join(cell.kinds))]
    elif cell.word in PASSED or cell.word is CellWord.FAILS:
        case.system_out = told
    else:
        case.result = [Skipped(told)]
    return case


def verdict_suite(word: Word, sentence: str, seconds: float):  # type: ignore[no-untyped-def]
    """The suite of one case that says how the whole of it ended."""
    from junitparser import Error, Failure, TestCase, TestSuite

    suite, case = TestSuite("verdict"), TestCase("verdict", "lab", round(seconds, 3))
    if word is Word.FAIL:
        case.result = [Failure(harmless(sentence))]
    elif word is not Word.PASS:
        case.result = [Error(harmless(sentence), str(word))]
    else:
        case.system_out = harmless(sentence)
    suite.add_testcase(case)
    return suite
