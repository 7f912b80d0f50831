"""Objects that must not be shared between threads, lent to one thread at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, LifoQueue
from typing import Generic, TypeVar

T = TypeVar("T")


class Pool(Generic[T]):
    """Makes an object when all are lent out, so it holds as many as were ever needed at once.

    dlib's HOG detector shared by two threads corrupts the heap and ends the process; its networks
    answer wrongly.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._idle: LifoQueue[T] = LifoQueue()

    @contextmanager
    def borrowed(self) -> Iterator[T]:
        """One object for the time of the block."""
        try:
            item = self._idle.get_nowait()
        except Empty:
            item = self._make()
        try:
            yield item
        finally:
            self._idle.put(item)
