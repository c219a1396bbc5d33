"""A message before a channel formats it. Its texts come from images, feeds and users: every channel has to escape them.

``visible`` has already replaced control, bidirectional and invisible characters when the message was made.
"""

from typing import Literal

from msgspec import Struct

Kind = Literal["vulnerability", "images", "sources", "end_of_life", "summary", "digest", "test"]


class Place(Struct, frozen=True, omit_defaults=True):
    """A text with a link: an image, or another thing with a page."""

    text: str
    link: str = ""


class Images(Struct, frozen=True, omit_defaults=True):
    """The affected images: ``running`` counts those that run; ``first`` lists some of them, running ones first."""

    count: int = 0
    running: int = 0
    first: tuple[Place, ...] = ()


class Clocks(Struct, frozen=True, omit_defaults=True):
    """Dates (ISO 8601) of a vulnerability: when it came into the project, when it was disclosed, when its fix appeared,
    and when its exploitation became known.
    """

    introduced: str = ""
    disclosed: str = ""
    fix_available: str = ""
    exploited: str = ""


class Fix(Struct, frozen=True, omit_defaults=True):
    """The fix for a package. ``package`` is a purl without version. If ``version`` is "", there is no fix, and
    ``state`` gives the reason.
    """

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
    """A message. ``changes`` are the kinds of events that it is about, ``counts`` the number of each. ``first_event``
    to ``last_event`` is their range of numbers, for receivers that fetch the events.
    """

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
    more: int = 0  # number of omitted lines
    link: str = ""
    first_event: int = 0
    last_event: int = 0


class Outgoing(Struct, frozen=True):
    """A message for one try. ``key`` is the same for every try; ``attempt`` is the number of the try, from 1."""

    key: str
    attempt: int
    message: Message
    now: float
    subscription_id: int = 0
    address: str = ""  # the server's own URL, for links and for callbacks

    @property
    def is_repeat(self) -> bool:
        """Whether the message may have arrived already: the result of an earlier try is unknown."""
        return self.attempt > 1
