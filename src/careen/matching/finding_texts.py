"""The line that explains a finding: the comparison of versions, their order, and the source of the advisory."""

from collections.abc import Iterable

from msgspec import Struct

from careen.model.finding import LoweredBy

from .ranges import Match

_LOWERED_BY: dict[LoweredBy, str] = {"not_linked": "none of the vulnerable functions is linked in the program"}


class Because(Struct, frozen=True):
    """What the line states. ``by``: the source of the advisory. ``stands_in_for``: the title of the package's own
    release, if the advisory is of another namespace; else "".
    """

    match: Match
    version: str
    scheme: str
    by: str
    stands_in_for: str = ""
    paid_fix: str = ""
    paid_by: str = ""  # the title of the paid support that has this fix
    lowered_by: LoweredBy | None = None


def because_text(because: Because) -> str:
    by = f"{because.by}, standing in for {because.stands_in_for}" if because.stands_in_for else because.by
    text = f"{comparison(because.match, because.version)} ({because.scheme} order, {by})"
    if because.lowered_by:
        text = f"{text}; {_LOWERED_BY[because.lowered_by]}"
    return f"{text}; {because.paid_fix} fixes it for customers of {because.paid_by}" if because.paid_fix else text


def comparison(match: Match, version: str) -> str:
    """The comparison of the version with the range, such as ``3.0.11-1~deb12u2 < 3.0.13-1~deb12u1``."""
    range = match.range
    if range is None:
        return f"{version} is listed as affected" if match.listed else "every version is affected"
    low = range.introduced if range.introduced not in (None, "0") else None
    text = f"{low} {'<' if range.after else '<='} {version}" if low else version
    if range.fixed is not None:
        return f"{text} < {range.fixed}"
    if range.last_affected is not None:
        return f"{text} <= {range.last_affected}"
    return f"{text}, and no version fixes it" if low else f"{version} is affected, and no version fixes it"


def malicious_text(version: str, title: str) -> str:
    """The line for a malicious package. ``version`` "" means every version."""
    return f"{version or 'every version'} of this package is malicious ({title})"


def changelog_text(package: str, version: str, name: str) -> str:
    return f"fixed by the distribution: the changelog of {package} names {name} in {version}"


def system_library_text(package: str, libraries: Iterable[str]) -> str:
    return f"about a copy of {', '.join(libraries)} in upstream's own builds: {package} uses the distribution's"
