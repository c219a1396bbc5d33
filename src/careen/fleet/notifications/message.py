"""A message before it has the form of a channel. Its texts are of images, feeds and people: every channel escapes them.

``visible`` has already replaced control, bidirectional and invisible characters where the message is made.
"""

from typing import Literal

from msgspec import Struct

Kind = Literal["vulnerability", "images", "sources", "end_of_life", "summary", "digest", "test"]


class Place(Struct, frozen=True, omit_defaults=True):
    """An image, or another thing with a page."""

    text: str
    link: str = ""


class Images(Struct, frozen=True, omit_defaults=True):
    """``running``: how many of them run; ``first`` names some, those that run before others."""

    count: int = 0
    running: int = 0
    first: tuple[Place, ...] = ()


class Clocks(Struct, frozen=True, omit_defaults=True):
    """Dates (ISO 8601): when it came into the project, was disclosed, when its fix came out, when it was known as exploited."""

    introduced: str = ""
    disclosed: str = ""
    fix_available: str = ""
    exploited: str = ""


class Fix(Struct, frozen=True, omit_defaults=True):
    """``package``: purl without version. ``version`` "": there is no fix, and ``state`` is why."""

    package: str
    version: str = ""
    state: str = ""


class Vulnerability(Struct, frozen=True, omit_defaults=True):
    id: str
    severity: str = ""
    exploited: bool = False
    epss: float = 0.0
    clocks: Clocks = Clocks()
    fixes: tuple[Fix, ...] = ()


class Line(Struct, frozen=True, omit_defaults=True):
    text: str
    link: str = ""
    severity: str = ""


class Message(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """``changes``: the kinds of events that it is about; ``counts``: how many of each. ``first_event`` to ``last_event``:
    the range of events, for receivers that fetch them."""

    kind: Kind
    title: str
    project_id: int
    project: str
    at: float
    severity: str = ""
    changes: tuple[str, ...] = ()
    counts: dict[str, int] = {}
    vulnerability: Vulnerability | None = None
    images: Images | None = None
    lines: tuple[Line, ...] = ()
    more: int = 0  # lines that are left out
    link: str = ""
    first_event: int = 0
    last_event: int = 0


class Outgoing(Struct, frozen=True):
    """A message on its way: ``key`` is the same for every try, ``attempt`` counts them."""

    key: str
    attempt: int
    message: Message
    now: float
    subscription_id: int = 0
    address: str = ""  # of this server, for people and for callbacks

    @property
    def is_repeat(self) -> bool:
        """Whether the message may have arrived before: how the earlier try ended is unknown."""
        return self.attempt > 1
