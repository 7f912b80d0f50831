"""Something that is loaded when it is first needed, once, whoever comes first."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Lazy(Generic[T]):
    """Calling it gives the object; a load that fails is tried again by the next call."""

    def __init__(self, load: Callable[[], T]) -> None:
        self._load = load
        self._loading = Lock()
        self._loaded: T | None = None

    def __call__(self) -> T:
        """The object, loaded by now."""
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded
