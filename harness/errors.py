# SPDX-License-Identifier: GPL-2.0-only
"""Exceptions and exit statuses: whose fault something was is the type of the exception.

A verdict that mixes up "the kernel is wrong" and "the lab is wrong" is worth nothing, so the two never share a class.
"""

from enum import IntEnum


class ExitStatus(IntEnum):
    """Exit statuses of every verb (docs/exit-codes.md)."""

    AS_EXPECTED = 0
    KERNEL_FAILED = 1
    BAD_INPUT = 2
    LAB_BROKE = 3
    INCONCLUSIVE = 4
    INTERRUPTED = 130
    UNREAD = 141


class LabError(Exception):
    """Base of every error that is told to the user as one sentence."""

    status: ExitStatus = ExitStatus.LAB_BROKE


class BadInput(LabError):
    """The user's yaml, patch, config, image or kernel is wrong: file, line or key, what is wrong, what to do."""

    status = ExitStatus.BAD_INPUT


class LabBroke(LabError):
    """The lab, its host or its set-up failed; nothing is known about the kernel."""

    status = ExitStatus.LAB_BROKE


class OutOfTime(LabBroke):
    """The budget ended before the work was done: nothing broke, and nothing is known yet."""

    status = ExitStatus.INCONCLUSIVE


class KernelFailed(LabError):
    """The kernel under test did wrong where no record of a run can carry it: it does not compile, it does not boot."""

    status = ExitStatus.KERNEL_FAILED
