"""The budget of a scan: limits on bytes, members, records, facts, memory and time, for each layer and for the whole.

Each scan has one ``Budget``; each pass over a layer spends it through a ``Spending``. Every producer charges its
output: decompression and holes of sparse files charge bytes, archives members and records, readers facts. Producers
deep inside a reader, which have no access to the scan, charge the current ``spending``.
Raises: OverBudgetError if a limit is exceeded.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NoReturn

from msgspec import Struct

from careen.errors import OverBudgetError


class Limits(Struct, frozen=True):
    """The limits of one layer or archive, and (``scan_…``) of a whole scan. The ratio is checked only beyond
    ``ratio_from_bytes``.
    """

    inflated_bytes: int = 64 << 30
    ratio: int = 200
    ratio_from_bytes: int = 1 << 30
    members: int = 1_200_000
    records: int = 2_000_000  # PAX records, long names, parts of sparse files
    facts: int = 100_000
    unknowns: int = 10_000
    memory_bytes: int = 256 << 20  # for names that are stored
    scan_bytes: int = 256 << 30
    scan_members: int = 2_000_000
    scan_memory_bytes: int = 384 << 20
    scan_seconds: float = 1800

    def times(self, factor: float) -> "Limits":
        """The limits, all multiplied except those of bytes and time."""
        counts = ("members", "records", "facts", "unknowns", "memory_bytes", "scan_members", "scan_memory_bytes")
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return Limits(**{name: int(value * factor) if name in counts else value for name, value in values.items()})


SCAN = ("scan_bytes", "scan_members", "scan_memory_bytes")  # what is counted for the whole scan
MEMBER_BYTES = 160  # memory of an entry besides its names
SETTLED_BYTES = 1 << 20  # bytes between two checks of the whole scan and the clock
MORE = "if you trust this image, raise the bounds with --budget FACTOR"


class Budget:
    """The budget of a scan. ``clock`` returns seconds. The spendings of several threads are added up in it."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self.spent = dict.fromkeys(SCAN, 0)
        self.most: dict[str, int] = {}  # the highest use by any layer, by the name of the limit
        self._others: Callable[[str, int], int] | None = None
        self._lock = threading.Lock()
        self._clock = clock
        self._started = self._clock()

    def layer(self, *, whole: bool = True) -> "Spending":
        """Begins the spending of one layer. ``whole``: a reached limit ends the layer, not only one file in it."""
        return Spending(self, whole=whole)

    def share(self, others: Callable[[str, int], int] | None) -> None:
        """From now on, other processes spend the same budget. ``others`` takes a name of ``SCAN`` and what this process has
        spent, and returns what the others have. None: this process is the only one again.
        """
        self._others = others

    @property
    def seconds(self) -> float:
        return self._clock() - self._started

    def check_time(self) -> None:
        """Checks the time while layers are read. Over the limit, the report contains what was read until then."""
        self._check(self.limits.scan_seconds)

    def check_end(self) -> None:
        """Checks the time while layers are squashed. It allows as much time again as reading had, because without squashing
        there is no report.
        """
        self._check(2 * self.limits.scan_seconds + 60)

    def _check(self, most: float) -> None:
        if self.seconds > most:
            raise OverBudgetError(f"the scan took more than {most:g} seconds", "allow more with --max-seconds", whole=True)

    def settle(self, name: str, more: int) -> None:
        """Adds to the use of the whole scan, and checks the clock."""
        with self._lock:
            self.spent[name] += more
            spent = self.spent[name] + (self._others(name, self.spent[name]) if self._others else 0)
        most: int = getattr(self.limits, name)
        if spent > most:
            what = {"scan_bytes": "inflates to more than {} bytes", "scan_members": "has more than {} entries"}
            bound = what.get(name, "takes more than {} bytes of memory for its names").format(most)
            raise OverBudgetError(f"the whole image {bound}", MORE, whole=True)
        self.check_time()

    def note(self, name: str, spent: int) -> None:
        with self._lock:
            self.most[name] = max(spent, self.most.get(name, 0))


class Spending:
    """The use of one pass over a layer, or over an archive in a file."""

    def __init__(self, budget: Budget, *, whole: bool) -> None:
        self._budget, self._limits, self._whole = budget, budget.limits, whole
        self._stored = self._made = self._unsettled = self._records = self._facts = self._memory = 0

    def stored(self, size: int) -> None:
        """Charges stored bytes of the layer, the base of ratios."""
        self._stored += size

    def made(self, size: int) -> None:
        """Charges inflated bytes of the stream, and bytes made otherwise: holes of sparse files, archives inside files."""
        self._made += size
        self._unsettled += size
        limits = self._limits
        if self._made > limits.inflated_bytes:
            self._stop(f"it inflates to more than {limits.inflated_bytes >> 20} MiB", "raise the limit with --max-layer-bytes")
        if self._made > limits.ratio_from_bytes and self._made > limits.ratio * self._stored:
            self._stop(
                f"it inflates to more than {limits.ratio} times its size ({self._made >> 20} MiB "
                f"out of {self._stored >> 10} KiB), as decompression bombs do",
                "if you trust this image, raise the limit with --max-ratio",
            )
        if self._unsettled >= SETTLED_BYTES:
            more, self._unsettled = self._unsettled, 0
            self._budget.settle("scan_bytes", more)

    def members(self, more: int, members: int, name_bytes: int, unknowns: int) -> None:
        """Charges members of the archive. ``more`` counts since the last call, the other numbers since the layer began."""
        limits = self._limits
        memory = name_bytes + MEMBER_BYTES * members
        self._budget.note("members", members)
        self._budget.note("memory_bytes", memory)
        if members > limits.members:
            self._stop(f"it has more than {limits.members} entries", MORE)
        if memory > limits.memory_bytes:
            self._stop(f"its names take more than {limits.memory_bytes >> 20} MiB of memory", MORE)
        self.unknowns(unknowns)
        self._budget.settle("scan_members", more)
        self._budget.settle("scan_memory_bytes", memory - self._memory)
        self._memory = memory

    def records(self, more: int) -> None:
        self._records += more
        if self._records > self._limits.records:
            self._stop(f"it has more than {self._limits.records} PAX records", MORE)

    def unknowns(self, unknowns: int) -> None:
        """Charges unknowns, counted since the layer began."""
        self._budget.note("unknowns", unknowns)
        if unknowns > self._limits.unknowns:
            self._stop(f"more than {self._limits.unknowns} things in it cannot be read", MORE)

    def fact(self) -> None:
        self._facts += 1
        if self._facts > self._limits.facts:
            self._stop(f"readers find more than {self._limits.facts} things in it", MORE)

    def close(self) -> None:
        """Ends the pass, and stores its use in the budget."""
        self._budget.note("inflated_bytes", self._made)
        self._budget.note("records", self._records)
        self._budget.note("facts", self._facts)
        if self._made > self._limits.ratio_from_bytes and self._stored:
            self._budget.note("ratio", self._made // self._stored)

    def _stop(self, why: str, hint: str) -> NoReturn:
        raise OverBudgetError(why, hint, whole=self._whole)


_SPENDING: ContextVar[Spending | None] = ContextVar("spending", default=None)


@contextmanager
def spending(of: Spending) -> Iterator[None]:
    """Charges bytes that are made within the block to ``of``."""
    token = _SPENDING.set(of)
    try:
        yield
    finally:
        _SPENDING.reset(token)


def charge(size: int) -> None:
    """Charges bytes to the current spending, if there is one."""
    now = _SPENDING.get()
    if now is not None:
        now.made(size)
