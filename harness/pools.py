# SPDX-License-Identifier: GPL-2.0-only
"""Threads that the lab's work is spread over."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager


@contextmanager
def pools(*sizes: int, stop: threading.Event | None = None) -> Iterator[tuple[ThreadPoolExecutor, ...]]:
    """A pool of each size. Whatever ends the block early, Ctrl-C above all, sets ``stop`` and drops what waits.

    All of them drop it before any of them is waited for: work of one may wait for work of another.
    """
    with ExitStack() as stack:
        made = tuple(stack.enter_context(ThreadPoolExecutor(size)) for size in sizes)
        try:
            yield made
        except BaseException:  # a pool that is left waits for all that was submitted
            if stop:
                stop.set()
            for each in made:
                each.shutdown(wait=False, cancel_futures=True)
            raise
