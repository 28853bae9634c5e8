# SPDX-License-Identifier: GPL-2.0-only
import json

from harness.sweep.account import Account, Position
from tests.fakes.records import failed, passed, scenario

CRASH = failed("AB A1#1", ("oops", "kernel BUG at fs/dax.c:415!"))


def account_of(*schedules: str) -> Account:
    account = Account(scenario())
    for each in schedules:
        account.add(passed(each), each)
    return account


def test_an_account_without_a_crash_begins_at_its_beginning() -> None:
    assert account_of("AB").position("") == Position()
    assert account_of("AB").position("AB") == Position(resume="AB")


def test_behind_a_crash_whose_rows_are_not_all_there_the_last_known_row_is_gone_on_from() -> None:
    account = account_of("AB", "AB A0#1")
    assert not account.add_crash(CRASH, "AB A1#1", whole=False)
    assert account.position("") == Position(known="AB A0#1", flush=1)
    assert account.all_rows[-1] == CRASH
    assert CRASH not in account.rows


def test_a_schedule_that_ended_a_guest_has_no_children_to_go_on_with() -> None:
    account = account_of("AB")
    assert account.add_crash(CRASH, "AB A1#1", whole=True)
    account.add_crash(failed("AB A2#1", ("oops", "again")), "AB A2#1", whole=False)
    assert account.position("") == Position(resume="AB A1#1", flush=1)


def test_a_crash_that_comes_again_is_booked_once_and_leaves_the_account_whole() -> None:
    account = account_of("AB")
    account.complete = True
    account.add_crash(CRASH, "AB A1#1", whole=False)
    assert not account.whole
    account.add(passed("AB A0#1"), "AB A0#1")
    assert account.add_crash(CRASH, "AB A1#1", whole=True)
    assert [json.loads(row)["s"] for row in account.all_rows] == ["AB", "AB A0#1", "AB A1#1"]
    assert account.whole


def test_what_the_kernel_said_of_a_crash_is_kept_once() -> None:
    account = account_of("AB")
    account.add_crash(CRASH, "AB A1#1", whole=False, log=["[ 1.0] kernel BUG"])
    assert (account.log, account.all_log) == ([], ("[ 1.0] kernel BUG",))
    account.add_crash(CRASH, "AB A1#1", whole=True, log=["[ 2.0] kernel BUG"])
    assert account.all_log == ("[ 2.0] kernel BUG",)


def test_what_it_said_of_one_that_did_not_come_again_is_kept_too() -> None:
    account = account_of("AB")
    account.add_crash(CRASH, "AB A1#1", whole=False, log=["[ 1.0] kernel BUG"])
    account.add(passed("AB A1#1"), "AB A1#1")
    assert account.all_log == ("[ 1.0] kernel BUG",)


def test_a_crash_behind_a_schedule_replaces_the_row_that_passed() -> None:
    account = account_of("AB", "AB A1#1")
    account.add_crash(CRASH, "AB A1#1", whole=True)
    assert account.rows == [passed("AB"), CRASH]


LOCKUP = failed("AB A1#1", ("hang", "the kernel keeps the CPU"))


def test_a_crash_in_doubt_counts_only_when_it_has_come_twice() -> None:
    account = account_of("AB")
    account.complete = True
    assert not account.add_crash(LOCKUP, "AB A1#1", whole=True, log=["[ 1.0] NMI"], doubtful=True)
    assert (account.whole, account.all_rows, account.all_log) == (False, [passed("AB")], ())
    assert account.position("") == Position(known="AB", flush=1)
    assert account.add_crash(LOCKUP, "AB A1#1", whole=True, log=["[ 2.0] NMI"], doubtful=True)
    assert (account.whole, account.all_rows) == (True, [passed("AB"), LOCKUP])
    assert account.all_log == ("[ 2.0] NMI",)


def test_a_crash_in_doubt_that_does_not_come_again_says_nothing_of_the_kernel() -> None:
    account = account_of("AB")
    account.add_crash(LOCKUP, "AB A1#1", whole=True, log=["[ 1.0] NMI"], doubtful=True)
    account.add(passed("AB A1#1"), "AB A1#1")
    assert account.all_rows == [passed("AB"), passed("AB A1#1")]
    assert account.all_log == ()
    assert account.broken == (
        "AB A1#1: the kernel keeps the CPU, which did not come again when the schedule was run again"
    )
