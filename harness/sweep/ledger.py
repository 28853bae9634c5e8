# SPDX-License-Identifier: GPL-2.0-only
"""What the guests of one kernel have said about each scenario, gathered over as many guests as it took."""

import errno
import hashlib
import json
import re
import signal
import time
from collections.abc import Callable, Sequence

from harness.config.scenario import Scenario
from harness.errors import LabBroke
from harness.points.point import Point
from harness.sweep import decode
from harness.sweep.account import Account, Pruned
from harness.sweep.decode import Row, Symbol
from harness.sweep.numbers import to_names
from harness.sweep.records import Kind, Outcome, SweepResult

STOPPED_AT = re.compile(r"[A-D](\d+)#\d+(!?)")
# A page frame as oracle.c writes it, 0 being none; a process as lib/dump_stack.c and mm/oom_kill.c do.
PLACE = re.compile(r"\b(pfn|PID:|Kill process) (0x[0-9a-f]+|\d+)\b")
HUNG = 10  # CHILD_HUNG of guest-tests/racer/sweep.h


class Ledger:
    """Reads a kernel's records and gives a SweepResult a scenario.

    ``symbol`` names a kernel address (``"dax_wake_entry+0x1f"``). ``unchecked``: checks that this kernel cannot have.
    """

    def __init__(
        self,
        kernel: str,
        points: Sequence[Point],
        scenarios: Sequence[Scenario],
        symbol: Symbol,
        clock: Callable[[], float] = time.monotonic,
        unchecked: Sequence[str] = (),
    ) -> None:
        self.kernel, self.points, self.symbol, self.unchecked = kernel, points, symbol, unchecked
        self.accounts = {scenario.name: Account(scenario) for scenario in scenarios}
        self._clock, self._since = clock, 0.0
        self.refused: dict[int, str] = {}
        self.boot_log: list[str] = []
        self.proven = False  # the canary of the present guest
        self.heard = 0.0  # seconds of the present guest's last line of the kernel log
        self.stopped_at = ""  # the schedule with which the present guest's use ended
        self._now: Account | None = None
        self._flush = 0
        self._begun: set[str] = set()  # scenarios of the present guest

    def open_accounts(self) -> list[Scenario]:
        """Scenarios with schedules to run, in order."""
        return [account.scenario for account in self.accounts.values() if not account.closed]

    def begin_guest(self, flush: int = 0) -> None:
        """A new guest: nothing it says counts until its canary is proven. ``flush`` is that of its job."""
        self.proven, self.stopped_at, self._now, self._flush = False, "", None, flush
        self._begun.clear()
        self.heard = 0.0
        for account in self.accounts.values():
            account.begin_guest()

    def take(self, line: str) -> None:
        """One line of a guest's records. Raises LabBroke for one that is none, or for what the racer calls broken."""
        try:
            row = json.loads(line)
            kind = row["t"]
        except (ValueError, KeyError, TypeError):
            raise LabBroke(f"the guest wrote a record that is none: {line[:120]!r}") from None
        handler = getattr(self, f"_take_{kind}", None)
        if handler is None:
            raise LabBroke(f"the guest wrote a record of unknown type {kind!r}")
        try:
            handler(row, line)
        except (LookupError, TypeError, ValueError) as error:
            raise LabBroke(f"the guest wrote a record that lacks something ({error!r}): {line[:120]!r}") from None

    def add_crash(
        self,
        scenario: str,
        schedule: str,
        kind: Kind,
        detail: str,
        *,
        written: bool = False,
        log: Sequence[str] = (),
        doubtful: bool = False,
    ) -> None:
        """A schedule that no row can come from: the guest, or, all rows being ``written``, the scenario's process died.

        ``log`` is what the kernel said that no record tells.

        Where the guest may have had rows that it had not written yet, the crash is awaited to come again (Account); so
        it is where it is ``doubtful`` whether the kernel is to blame.
        Raises LabBroke if ``schedule`` is none: last words can be garbled.
        """
        if not schedule:
            return
        account = self.accounts[scenario]
        to_names(schedule, self.points)
        row = {"t": "s", "s": schedule, "h": "", "b": 0, "f": 0, "w": "", "v": [[kind.value, detail]]}
        whole = written or self._flush == 1 or account.closed
        booked = account.add_crash(json.dumps(row), schedule, whole, log, doubtful=doubtful)
        if booked and account is self._now:
            self.stopped_at = schedule

    def break_guest(self, why: str) -> None:
        """The lab is at fault in the present guest: nothing that it said counts, nor will what is still open."""
        for account in self.accounts.values():
            if not account.closed or account.scenario.name in self._begun:
                account.broken = account.broken or why

    @property
    def current(self) -> Account | None:
        """The scenario that the present guest is at."""
        return self._now

    def _take_broken(self, row: Row, _line: str) -> None:
        raise LabBroke(f"the guest's racer stopped: {row['why']} ({row['error']})")

    def _take_points(self, row: Row, _line: str) -> None:
        self.refused = {number: errno.errorcode.get(-code, str(code)) for number, code in row["refused"]}

    def _take_canary(self, row: Row, _line: str) -> None:
        self.proven = bool(row["ok"])

    def _take_scenario(self, row: Row, _line: str) -> None:
        if not self.proven:
            raise LabBroke("the guest began a scenario without having proven its canary")
        self._now = self.accounts[row["name"]]
        self._now.broken = row["missing"]
        self._begun.add(row["name"])
        self._since = self._clock()

    def _take_begin(self, _row: Row, _line: str) -> None:
        """Set-up and warm-up are over: the time of the schedules alone begins."""
        self._since = self._clock()

    def _take_s(self, row: Row, line: str) -> None:
        if self._now is None:
            raise LabBroke("the guest wrote a schedule's record outside of a scenario")
        self._outcome(row)  # here, where one that cannot be read is this guest's trouble and not the whole run's
        self._now.add(line, row["s"])

    def _take_k(self, row: Row, _line: str) -> None:
        log = self.boot_log if self._now is None else self._now.log
        self.heard = row["us"] / 1e6
        log.append(f"[{self.heard:12.6f}] {row['m']}")

    def _take_parted(self, row: Row, _line: str) -> None:
        if self._now is not None:
            self._now.broken, self._now.parted = row["why"], True

    def _take_untested(self, row: Row, _line: str) -> None:
        if self._now is not None:
            self._now.broken = row["why"]

    def _take_pruned(self, row: Row, _line: str) -> None:
        if self._now is not None:
            self._now.told = Pruned(row["pruned"], row["sampled"])

    def _take_end(self, row: Row, _line: str) -> None:
        if self._now is not None:
            self._now.complete = row["complete"]
            self._now.present = self._now.told = Pruned(row.get("pruned", 0), row.get("sampled", 0))
            self._now.cover.append(row["cover"])
            self._now.why.append(row["why"])

    def _take_done(self, row: Row, _line: str) -> None:
        if self._now is None:
            return
        self._now.seconds += self._clock() - self._since
        if row["signal"] or row["status"] not in (0, HUNG):
            how = f"signal {row['signal']}" if row["signal"] else f"status {row['status']}"
            kind = Kind.OOM if row["signal"] == signal.SIGKILL else Kind.ERROR
            self.add_crash(row["name"], row["now"], kind, f"the actors' process ended by {how}", written=True)
        elif row["status"] == HUNG:
            self.stopped_at = row["now"]
            self._now.ends.add(row["now"])
        else:
            self._now.closed = True

    def _take_bye(self, row: Row, _line: str) -> None:
        if row["missed"]:
            raise LabBroke(f"{row['missed']} probe hits were missed: what the guest saw is not what was asked for")

    def result(self, name: str) -> SweepResult:
        """The scenario's result as far as it is known."""
        account = self.accounts[name]
        pruned = account.pruned + account.present
        every = [json.loads(line) for line in account.all_rows]
        rows = [row for row in every if not _untested(row)]
        given_up = [row for row in every if _untested(row)]
        failing = [row for row in rows if row.get("v")]
        return SweepResult(
            scenario=name, kernel=self.kernel, bound=account.scenario.bound,
            points=len(self.points) - len(self.refused),
            orders=_orders(rows), schedules=_by_stops(rows), failing=_by_stops(failing),
            outcomes=tuple(self._outcome(row) for row in failing),
            coverage=decode.coverage(len(self.points), account.cover, account.why, self.refused, _stops(every),
                                     _stops(rows, "!"), _stops(given_up, "!")),
            complete=account.whole and not any(row.get("cut") for row in rows),
            timed_out=sum(row.get("to", 0) for row in rows), seconds=account.seconds, digest=_digest(account.all_rows),
            passing=tuple(str(self._outcome(row).schedule) for row in rows if not row.get("v") and not row.get("to")),
            pruned=pruned.left, sampled=pruned.sampled,
            first_failing=next((number for number, row in enumerate(rows, 1) if row.get("v")), 0),
            broken=account.broken,
            given_up=tuple(str(self._outcome(row).schedule) for row in given_up),
            unchecked=tuple(check for check in account.scenario.checks if check in self.unchecked),
        )  # fmt: skip

    def outcomes(self, name: str) -> list[Outcome]:
        """Every schedule of the scenario so far, in the order run."""
        return [self._outcome(json.loads(line)) for line in self.accounts[name].all_rows]

    def _outcome(self, row: Row) -> Outcome:
        return decode.outcome(row, self.points, self.symbol)


def _orders(rows: Sequence[Row]) -> tuple[tuple[int, ...], ...]:
    orders = dict.fromkeys(row["s"].split()[0] for row in rows)
    return tuple(tuple("ABCD".index(letter) for letter in order) for order in orders)


def _by_stops(rows: Sequence[Row]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for row in rows:
        stops = row["s"].count("#")
        counts[stops] = counts.get(stops, 0) + 1
    return counts


def _untested(row: Row) -> bool:
    """The others spun for the actor that was stopped in an atomic section. A violation is one all the same."""
    return bool(row.get("g")) and not row.get("v")


def _stops(rows: Sequence[Row], mark: str = "") -> frozenset[int]:
    """Numbers of the points at which some schedule stopped, ``mark`` being "!" for stops in atomic sections.

    A guest that crashed had no time to tell its coverage.
    """
    return frozenset(int(number) for row in rows for number, its in STOPPED_AT.findall(row["s"]) if its == mark)


def _digest(rows: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(map(_placeless, rows)).encode()).hexdigest()


def _placeless(row: str) -> str:
    """The row with its page frames and processes numbered as they come: what ran before in the guest decides them."""
    numbers = {"0": 0}
    return PLACE.sub(lambda found: f"{found[1]} {numbers.setdefault(found[2], len(numbers))}", row)
