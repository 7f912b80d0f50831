"""What time it is for a log: what its writers' clocks agree on, never what one of them says.

A clock may be years ahead or behind for one process, after a start without a battery, or for good.
The log notes the UTC days on which it was written. A day that follows the days before it is agreed
at once; one that leaps, ahead or back, when clocks have stayed there for DAYS days. Then:

    a record is hidden       when it has expired by the reader's clock, unless that leaps
    it is deleted            when it had expired before the last DAYS agreed days, on each of which
                             the log was written, and has by this writer's clock, too
    it is kept for           its time from the writer's day or the agreed one, whichever is later

So a wrong clock errs on the side of keeping. It takes DAYS days of one wrong clock, with no right
one between, to delete what has not expired.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from facecompare.records.record import SECONDS_A_DAY

DAYS = 3
FOLLOWS_DAYS = 92  # a log that is written once a quarter still expires
# Clocks that have lost their time begin in 1970, 1980 or 2000; this package is younger.
EARLIEST = 1_577_836_800  # 2020-01-01
UNDATED = 253_402_300_799  # the end of the year 9999: expires when a clock says from when on


@dataclass(frozen=True, slots=True)
class LogClock:
    """The last days that are agreed, and those of a leap that may become so; both ascend."""

    agreed: tuple[int, ...] = ()
    leapt: tuple[int, ...] = ()

    def after(self, reading: float) -> LogClock:
        """As it is when a record has been written at this reading, in seconds since 1970."""
        day = int(reading // SECONDS_A_DAY)
        if reading < EARLIEST:
            return self
        if not self.agreed or _follows(self.agreed, day):
            return LogClock(_with(self.agreed, day))
        leapt = _with(self.leapt, day) if self.leapt and _follows(self.leapt, day) else (day,)
        return LogClock(leapt) if len(leapt) == DAYS else replace(self, leapt=leapt)

    def hidden_until(self, reading: float) -> float:
        """What expired until then is not shown to a reader with this clock."""
        if not self.agreed or _follows(self.agreed, int(reading // SECONDS_A_DAY)):
            return reading
        return min(reading, self._latest)

    def deletable_until(self, reading: float) -> float:
        """What expired until then may be deleted by a writer with this clock."""
        if len(self.agreed) < DAYS:
            return 0
        return min(reading, self.agreed[0] * SECONDS_A_DAY)

    def expires_at(self, reading: float, keep_seconds: int) -> int:
        """When a record expires that is written at this reading."""
        if reading < EARLIEST and not self.agreed:
            return UNDATED
        return int(max(reading, self._latest)) + keep_seconds

    @property
    def _latest(self) -> int:
        return self.agreed[-1] * SECONDS_A_DAY if self.agreed else 0


def _follows(days: tuple[int, ...], day: int) -> bool:
    return days[-1] <= day <= days[-1] + FOLLOWS_DAYS


def _with(days: tuple[int, ...], day: int) -> tuple[int, ...]:
    return (*(each for each in days if each != day), day)[-DAYS:]
