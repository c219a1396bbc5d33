"""A message as readable text, before a channel formats it: a title, facts, lines and a link, all plain text."""

from datetime import UTC, datetime

from msgspec import Struct

from .message import Clocks, Fix, Images, Line, Message, Outgoing, Vulnerability

LINES = 20
CLOCKS = (
    ("Introduced", "introduced"),
    ("Disclosed", "disclosed"),
    ("Fix available", "fix_available"),
    ("Exploited since", "exploited"),
)
NO_FIX = {"wont_fix": "will not be fixed", "deferred": "fix deferred", "end_of_life": "its release gets no updates"}


class Shown(Struct, frozen=True):
    """A message as readable text. ``note`` warns that the message may have arrived before; otherwise it is ""."""

    title: str
    facts: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    more: int
    link: str
    note: str

    def text(self) -> str:
        """The whole message as lines of text."""
        parts = [self.title]
        parts += [f"{name}: {value}" for name, value in self.facts]
        parts += [f"- {line.text}" + (f" {line.link}" if line.link else "") for line in self.lines]
        parts += [self.rest] if self.rest else []
        parts += [self.link] if self.link else []
        return "\n".join([*parts, self.note] if self.note else parts)

    @property
    def rest(self) -> str:
        return f"and {self.more:,} more" if self.more else ""


def shown(outgoing: Outgoing) -> Shown:
    message = outgoing.message
    lines = message.lines + tuple(Line(place.text, place.link) for place in (message.images.first if message.images else ()))
    if message.kind == "images":
        lines = message.lines
    more = message.more + max(0, len(lines) - LINES)
    if message.vulnerability and message.images:
        more = max(0, message.images.count - len(lines))
    note = f"This message may have been sent before: try {outgoing.attempt} of {outgoing.key}" if outgoing.is_repeat else ""
    return Shown(message.title, tuple(_facts(message)), lines[:LINES], more, message.link, note)


def moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _facts(message: Message) -> list[tuple[str, str]]:
    facts: list[tuple[str, str]] = []
    if message.vulnerability:
        facts += _of_vulnerability(message.vulnerability)
    elif message.severity:
        facts.append(("Worst severity", message.severity))
    if message.images and message.images.count:
        facts.append(("Images", _images(message.images)))
    facts.append(("Project", message.project))
    return facts


def _of_vulnerability(found: Vulnerability) -> list[tuple[str, str]]:
    known = f"{found.severity or 'unrated'}{', exploited now' if found.exploited else ''}"
    facts = [("Severity", known + (f", EPSS {found.epss:.1%}" if found.epss else ""))]
    if found.fixes:
        fixes = [_fix(fix) for fix in found.fixes[:5]]
        facts.append(("Fix", "; ".join(fixes) + ("; …" if len(found.fixes) > 5 else "")))
    return facts + _dates(found.clocks)


def _dates(clocks: Clocks) -> list[tuple[str, str]]:
    return [(label, value) for label, name in CLOCKS if (value := getattr(clocks, name))]


def _fix(fix: Fix) -> str:
    if fix.version:
        return f"update {fix.package} to {fix.version}"
    return f"{fix.package}: {NO_FIX.get(fix.state, 'no fix yet')}"


def _images(images: Images) -> str:
    runs = f"{images.running:,} of them run" if images.running else "none of them is known to run"
    return f"{images.count:,} ({runs})"
