# SPDX-License-Identifier: GPL-2.0-only
"""junit.xml of power cuts: a test case a scenario, and one for the verdict on the whole."""

from harness.counted import counted
from harness.powercut.result import Failure, PowerCuts, Tally
from harness.report.harmless import harmless
from harness.results.junit import verdict_suite

SHOWN = 10  # failures of a scenario; all are in powercut.json


def junit(done: PowerCuts) -> str:
    """The run as JUnit XML. A scenario that proves nothing is skipped, never passed."""
    from junitparser import JUnitXml, TestSuite

    suite = TestSuite(harmless(done.kernel))
    for name in ("release", "filesystem"):
        suite.add_property(name, harmless(getattr(done, name)))
    for tally in done.tallies:
        suite.add_testcase(_case(done, tally))
    xml = JUnitXml("lab powercut")
    xml.add_testsuite(suite)
    xml.add_testsuite(verdict_suite(done.word, f"{done.word}: {done.sentence}", done.seconds))
    return str(xml.tostring().decode()) + "\n"  # type: ignore[no-untyped-call]


def _case(done: PowerCuts, tally: Tally):  # type: ignore[no-untyped-def]  # junitparser has no types
    from junitparser import Error, Failure, Skipped, TestCase

    case = TestCase(tally.scenario, done.kernel)
    news = [each for each in done.failures if each.scenario == tally.scenario and not each.known]
    told = f"{tally.images} crash images of {tally.cuts} power cuts in {tally.schedules} schedules"
    if news:
        kinds = dict.fromkeys(str(wrong.fault) for each in news for wrong in each.wrong)
        case.result = [Failure(harmless(f"fails at {counted(len(news), 'power cut')}: {told}"), ",".join(kinds))]
        case.system_out = harmless("\n".join(map(_line, news[:SHOWN])))
    elif tally.broken:
        case.result = [Error(harmless(tally.broken))]
    elif lacking := _lacking(done, tally):
        case.result = [Skipped(harmless(f"{lacking}; {told}"))]
    else:
        case.system_out = harmless(told + (f"; {tally.known} cuts show what is documented" if tally.known else ""))
    return case


def _line(failure: Failure) -> str:
    """``"AB A@f+0x10#1, the sync of A has returned, with all pending lines: lost: ..."``."""
    wrong = "; ".join(f"{each.fault}: {each.detail}" for each in failure.wrong)
    subset = f", with {failure.subset}" if failure.subset else ""
    return f"{failure.schedule}, {failure.moment}{subset}: {wrong}"


def _lacking(done: PowerCuts, tally: Tally) -> str:
    if not tally.recorded:
        return "not every schedule was recorded"
    if done.left:
        return "images were left, of this scenario or another: the time was over"
    return "" if tally.promised else "no sync promised anything"
