# SPDX-License-Identifier: GPL-2.0-only
"""A run as two real kernels give it, made up: a call tree of fs/dax.c, six scenarios, known windows."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from itertools import permutations

from harness.collect.dmesg import Finding
from harness.config.scenario import Behaviour
from harness.config.series import Expectation
from harness.points.point import Frame, Point, PointKind
from harness.results.run import GuestFinding, KernelInfo, Plan, Run, ScenarioPlan
from harness.sweep.records import (
    ActorEnd,
    Coverage,
    Ended,
    Kind,
    Outcome,
    Schedule,
    Step,
    Stop,
    StressResult,
    SweepResult,
    Violation,
)

DAX = "fs/dax.c"
STOCK, BROKEN = "stock", "unlocked-eio"
DEBIAN = "Debian linux-source-6.1 6.1.170-1"

# function, offset, kind, innermost frames (function, line) first; the last is the function itself.
_FAULT: list[tuple[str, int, PointKind, list[tuple[str, int]]]] = [
    ("dax_iomap_fault", 0x0, "entry", [("dax_iomap_fault", 1958)]),
    ("dax_iomap_fault", 0x2C, "call", [("dax_iomap_pte_fault", 1637), ("dax_iomap_fault", 1963)]),
    ("grab_mapping_entry", 0x0, "entry", [("grab_mapping_entry", 566)]),
    ("grab_mapping_entry", 0x41, "call", [("grab_mapping_entry", 573)]),
    ("get_unlocked_entry", 0x0, "entry", [("get_unlocked_entry", 228)]),
    ("get_unlocked_entry", 0x5E, "call", [("get_unlocked_entry", 238)]),
    ("get_unlocked_entry", 0x9A, "return", [("get_unlocked_entry", 243)]),
    ("grab_mapping_entry", 0x88, "call", [("dax_lock_entry", 189), ("grab_mapping_entry", 590)]),
    ("grab_mapping_entry", 0x120, "return", [("grab_mapping_entry", 640)]),
    ("dax_iomap_fault", 0x71, "call", [("dax_iomap_pte_fault", 1648), ("dax_iomap_fault", 1963)]),
    ("dax_iomap_fault", 0x9D, "call", [("dax_iomap_pte_fault", 1660), ("dax_iomap_fault", 1963)]),
    ("dax_fault_iter", 0x0, "entry", [("dax_fault_iter", 1573)]),
    ("dax_fault_iter", 0x3B, "call", [("dax_iomap_direct_access", 1010), ("dax_fault_iter", 1598)]),
    ("dax_fault_iter", 0x90, "call", [("dax_fault_iter", 1602)]),
    ("dax_insert_entry", 0x0, "entry", [("dax_insert_entry", 856)]),
    ("dax_insert_entry", 0x33, "call", [("dax_insert_entry", 866)]),
    ("dax_insert_entry", 0x57, "call", [("dax_insert_entry", 889)]),
    ("dax_insert_entry", 0xA4, "return", [("dax_insert_entry", 909)]),
    ("dax_fault_iter", 0xC2, "call", [("dax_fault_iter", 1612)]),
    ("dax_fault_iter", 0xF0, "return", [("dax_fault_iter", 1620)]),
    (
        "dax_iomap_fault",
        0xC8,
        "call",
        [("dax_unlock_entry", 420), ("dax_iomap_pte_fault", 1690), ("dax_iomap_fault", 1963)],
    ),
    ("dax_iomap_fault", 0xE1, "return", [("dax_iomap_fault", 1970)]),
]
_FSYNC: list[tuple[str, int, PointKind, list[tuple[str, int]]]] = [
    ("dax_writeback_mapping_range", 0x0, "entry", [("dax_writeback_mapping_range", 960)]),
    ("dax_writeback_mapping_range", 0x66, "call", [("dax_writeback_one", 917), ("dax_writeback_mapping_range", 985)]),
    ("dax_writeback_mapping_range", 0x8B, "call", [("dax_writeback_one", 940), ("dax_writeback_mapping_range", 985)]),
    ("dax_writeback_mapping_range", 0xC0, "call", [("dax_writeback_one", 948), ("dax_writeback_mapping_range", 985)]),
    ("dax_writeback_mapping_range", 0xF9, "return", [("dax_writeback_mapping_range", 1001)]),
]
_NEVER: list[tuple[str, int, PointKind, list[tuple[str, int]]]] = [
    ("dax_layout_busy_page", 0x0, "entry", [("dax_layout_busy_page", 660)]),
    ("dax_layout_busy_page", 0x44, "return", [("dax_layout_busy_page", 701)]),
]
SOURCE = {
    189: "static void *dax_lock_entry(struct xa_state *xas, void *entry)",
    228: "static void *get_unlocked_entry(struct xa_state *xas, unsigned int order)",
    238: "\tif (!dax_is_locked(entry))",
    420: "\tdax_unlock_entry(&xas, entry);",
    566: "static void *grab_mapping_entry(struct xa_state *xas,",
    573: "\tentry = get_unlocked_entry(xas, order);",
    590: "\t\tdax_lock_entry(xas, entry);",
    856: "static void *dax_insert_entry(struct xa_state *xas, struct vm_fault *vmf,",
    866: "\t__mark_inode_dirty(mapping->host, I_DIRTY_PAGES);",
    889: "\t\told = dax_lock_entry(xas, new_entry); /* </script><script>alert(1)</script> */",
    917: "static int dax_writeback_one(struct xa_state *xas, struct dax_device *dax_dev,",
    940: "\tdax_flush(dax_dev, page_address(pfn_to_page(pfn)), count * PAGE_SIZE);",
    948: "\txas_clear_mark(xas, PAGECACHE_TAG_DIRTY);",
    1598: "\terr = dax_iomap_direct_access(iomap, pos, size, &kaddr, &pfn);",
    1602: "\t*entry = dax_insert_entry(xas, vmf, iter, *entry, pfn, entry_flags);",
    1637: "\tentry = grab_mapping_entry(&xas, mapping, 0);",
    1648: "\twhile ((error = iomap_iter(&iter, ops)) > 0) {",
    1660: "\t\tret = dax_fault_iter(vmf, &iter, pfnp, &xas, &entry, false);",
}
POINTS = tuple(
    Point(number, 0xFFFFFFFF81300000 + 16 * number, function, offset, kind, "fs/dax.o",
          tuple(Frame(name, DAX, line) for name, line in frames))
    for number, (function, offset, kind, frames) in enumerate(_FAULT + _FSYNC + _NEVER)
)  # fmt: skip
_INDEX = {(point.function, point.offset): point.index for point in POINTS}
ATOMIC = {7: "interrupts are off", 15: "interrupts are off"}
REFUSED = {POINTS[-1].index: "kprobes refuses it (-EINVAL)"}


def path(op: str) -> list[Point]:
    """The points an operation passes."""
    count = len(_FAULT)
    return list(POINTS[count : count + len(_FSYNC)] if op == "fsync" else POINTS[:count])


def stops_of(op: str, actor: int) -> list[Stop]:
    """Where the actor can be stopped."""
    return [Stop(actor, point.function, point.offset, 1) for point in path(op) if point.index not in ATOMIC]


def trace(ops: tuple[str, ...], schedule: Schedule, cut: dict[int, int] | None = None) -> tuple[Step, ...]:
    """The trace of a schedule: ``cut`` is after how many steps an actor sleeps for good."""
    waiting = {
        actor: [_step(actor, point) for point in path(op)][: (cut or {}).get(actor)] for actor, op in enumerate(ops)
    }
    stops, ready, steps = list(schedule.stops), list(schedule.order), []
    while ready:
        actor = ready.pop(0)
        while waiting[actor]:
            step = waiting[actor].pop(0)
            stopped = bool(stops) and stops[0] == Stop(actor, step.function, step.offset, step.visit)
            steps.append(replace(step, stopped=stopped))
            if stopped:
                stops.pop(0)
                ready.append(actor)
                break
    return tuple(steps)


def _step(actor: int, point: Point) -> Step:
    return Step(actor, point.function, point.offset, 1)


Judge = Callable[[Schedule], tuple[Violation, ...]]


def schedules(ops: tuple[str, ...], bound: int) -> Iterator[Schedule]:
    """All schedules of exactly ``bound`` stops, from every start order; at bound 2 one stop for each of two actors."""
    for order in permutations(range(len(ops))):
        first, *others = order
        if bound == 0:
            yield Schedule(order)
        for stop in stops_of(ops[first], first) if bound else []:
            if bound == 1:
                yield Schedule(order, (stop,))
            for other in others if bound == 2 else []:
                yield from (Schedule(order, (stop, second)) for second in stops_of(ops[other], other))


@dataclass(frozen=True)
class Fake:
    """One scenario: its plan, how it fails on the broken kernel, and how its actors then end."""

    plan: ScenarioPlan
    judge: Judge
    ends: Callable[[int], ActorEnd]
    cut: dict[int, int] | None = None


def swept(fake: Fake, kernel: str, judge: Judge | None = None) -> SweepResult:
    """The sweep of one scenario as the lab would record it."""
    judge, ops = judge or (lambda schedule: ()), fake.plan.actors
    outcomes, passing, run, failing = [], [], {}, {}
    for bound in range(fake.plan.bound + 1):
        run[bound] = failing[bound] = 0
        for schedule in schedules(ops, bound):
            run[bound] += 1
            violations = judge(schedule)
            if not violations:
                passing.append(str(schedule))
                continue
            failing[bound] += 1
            ends = tuple(fake.ends(actor) for actor in range(len(ops)))
            outcomes.append(Outcome(schedule, ends, violations, trace(ops, schedule, fake.cut)))
    digest = sha256("\n".join(passing).encode()).hexdigest()
    return SweepResult(
        fake.plan.name, kernel, fake.plan.bound, len(POINTS) - 1, tuple(permutations(range(len(ops)))), run, failing,
        tuple(outcomes), coverage(ops), True, 0, 0.25, digest, tuple(passing),
    )  # fmt: skip


def coverage(ops: Iterable[str]) -> Coverage:
    """What a complete sweep of these operations covers."""
    reached = {point.index for op in ops for point in path(op)}
    never = {point.index for point in POINTS} - reached - set(REFUSED)
    return Coverage(
        stopped=frozenset(reached - set(ATOMIC)),
        atomic={index: why for index, why in ATOMIC.items() if index in reached},
        refused=dict(REFUSED),
        never=frozenset(never),
    )


def _within(stop: Stop, actor: int, low: int, high: int) -> bool:
    return stop.actor == actor and low <= _INDEX[(stop.function, stop.offset)] <= high


def _sigbus(schedule: Schedule) -> tuple[Violation, ...]:
    stops = schedule.stops
    if not stops or not _within(stops[0], stops[0].actor, 3, 16):
        return ()
    if len(stops) == 2 and _within(stops[1], stops[1].actor, 0, 4):
        return ()
    return (Violation(Kind.SIGBUS, f"actor {'AB'[stops[0].actor]} was killed by SIGBUS (BUS_ADRERR)"),)


def _one(kind: Kind, actor: int, low: int, high: int, detail: str) -> Judge:
    return lambda schedule: (
        (Violation(kind, detail),) if any(_within(stop, actor, low, high) for stop in schedule.stops) else ()
    )


def _silent(schedule: Schedule) -> tuple[Violation, ...]:
    return ()


def _finished(actor: int) -> ActorEnd:
    return ActorEnd(actor, Ended.FINISHED, 0)


def _killed_by_bus(actor: int) -> ActorEnd:
    return ActorEnd(actor, Ended.FINISHED, -1, 0, (2,)) if actor == 0 else ActorEnd(actor, Ended.FINISHED, 0, saw="0")


def _asleep(actor: int) -> ActorEnd:
    if actor == 1:
        return ActorEnd(
            1, Ended.BLOCKED, stack=("get_unlocked_entry+0xb1", "grab_mapping_entry+0x46", "dax_iomap_fault+0x31")
        )
    return ActorEnd(actor, Ended.FINISHED, 0)


LATE = Behaviour(reason="a punch may be seen late, see fallocate(2)")

FAKES = (
    Fake(ScenarioPlan("write-read-hole", "a write fault against a read fault on a hole",
                      ("write-fault", "read-fault"), 2, "hole",
                      ("ac401cc78242 dax: New fault locking",)), _sigbus, _killed_by_bus),
    Fake(ScenarioPlan("write-write-hole", "two write faults on one hole", ("write-fault", "write-fault"), 1, "hole"),
         _silent, _finished),
    Fake(ScenarioPlan("fsync-write", "fsync of a written page against a store", ("fsync", "write-fault"), 1, "written"),
         _one(Kind.NOT_DURABLE, 0, 23, 24, "page 0: 8 bytes stored before fsync are not on the media"), _finished),
    Fake(ScenarioPlan("three-readers", "three read faults on one hole", ("read-fault",) * 3, 1, "hole"),
         _one(Kind.HANG, 0, 5, 6, "actor B sleeps and nobody is left to wake it"), _asleep, {1: 6}),
    Fake(ScenarioPlan("punch-read", "hole punching against a read fault", ("punch", "read-fault"), 1, "synced",
                      documented={Kind.STALE_READ: LATE}), _silent, _finished),
    Fake(ScenarioPlan("read-read", "two read faults on one hole", ("read-fault", "read-fault"), 1, "hole"),
         _one(Kind.WARN, 1, 8, 8, "WARNING: CPU: 0 at fs/dax.c:640 grab_mapping_entry"), _finished),
)  # fmt: skip
EXPECTED = {
    "write-read-hole": Expectation(fails=(Kind.SIGBUS,), within=("dax_insert_entry",), bound=1),
    "fsync-write": Expectation(fails=(Kind.NOT_DURABLE,), within=("dax_writeback_one",), bound=1),
    "three-readers": Expectation(fails=(Kind.HANG,), within=("get_unlocked_entry",), bound=1),
}
HOSTILE = "\x1b[31mred\x1b[0m \x00 NUL \udcff byte <script>alert('dmesg')</script> \u202eevil"


def races(fake: Fake, kernel: str, failed: int) -> StressResult:
    """A stress run with that many SIGBUS."""
    return StressResult(fake.plan.name, kernel, 2, 2000, {Kind.SIGBUS: failed} if failed else {}, 0.9)


def warning() -> GuestFinding:
    """A WARN whose lines carry all that a hostile guest can print."""
    finding = Finding(
        "warn", Kind.WARN, "WARNING in grab_mapping_entry", "warn:grab_mapping_entry:dax_iomap_fault",
        Frame("grab_mapping_entry", DAX, 640), ("grab_mapping_entry", "dax_iomap_fault"),
        ("WARNING: CPU: 0 PID: 71 at fs/dax.c:640 grab_mapping_entry+0x120/0x200", HOSTILE), 3,
    )  # fmt: skip
    return GuestFinding(BROKEN, "sweep", finding, "read-read")


@cache
def run() -> Run:
    """The whole run, not yet judged."""
    kernels = (
        KernelInfo(
            BROKEN, "without", "6.1.170", key="k" * 8, modules="m" * 8, build_id="ab" * 20, source=DEBIAN,
            series="fault-locking/locking-and-eio", version="v1", patches=("0001-no-lock.patch",), lines={DAX: SOURCE},
        ),
        KernelInfo(
            STOCK, "with", "6.1.170", key="s" * 8, modules="m" * 8, build_id="cd" * 20, source=DEBIAN,
            lines={DAX: SOURCE},
        ),
    )  # fmt: skip
    results = [swept(fake, BROKEN, fake.judge) for fake in FAKES] + [swept(fake, STOCK) for fake in FAKES]
    stress = [races(fake, BROKEN, 171 * (number == 0)) for number, fake in enumerate(FAKES)]
    plan = Plan(tuple(fake.plan for fake in FAKES), 1800, 0.9, units=(DAX,), stress_races=2000, stress_cpus=2)
    return Run(
        7, "2026-11-02T10:00:00+00:00", 41.5, plan,
        kernels, tuple(results), tuple(stress + [races(fake, STOCK, 0) for fake in FAKES]), (warning(),), EXPECTED,
        {BROKEN: POINTS, STOCK: POINTS}, "tcg", {"qemu": "7.2.17", "gcc": "12.2.0", "host": "2 CPUs"},
        "./lab run --config lab.yaml",
    )  # fmt: skip
