"""Ids of vulnerabilities as users type them: corrects their form, and finds known ids that differ by one typing error.

cve_2021_44228 → CVE-2021-44228        CVE-2021-44282 → CVE-2021-44228, if an image has that
"""

from string import digits

from sqlalchemy import Connection, select

from careen.safety.pattern import pattern

from .conditions import visible
from .tables import image_unit, unit_finding

MOST = 5  # ids that are offered
_SPACED = pattern(r"(?i)cve[^0-9a-z]{0,3}(\d{4})[^0-9a-z]{0,3}(\d{4,19})[^0-9a-z]{0,3}")
_GHSA = pattern(r"(?i)ghsa[^0-9a-z]{0,3}([0-9a-z]{4})[^0-9a-z]{0,3}([0-9a-z]{4})[^0-9a-z]{0,3}([0-9a-z]{4})[^0-9a-z]{0,3}")
_NUMBER = pattern(r"(CVE-\d{4}-)(\d{4,12})")


def meant(text: str) -> str:
    """The text as an id in its proper form, if only separators or letter case differ; "" if it is not an id."""
    if found := _SPACED.fullmatch(text):
        return f"CVE-{found[1]}-{found[2]}"
    if found := _GHSA.fullmatch(text):
        return f"GHSA-{'-'.join(found.groups()).lower()}"
    return ""


def is_begun(text: str) -> bool:
    """Whether the text begins like an id."""
    return text[:3].lower() == "cve" or text[:4].lower() == "ghsa"


def near(connection: Connection, project_id: int, id: str) -> tuple[str, ...]:
    """Known ids that a mistyped one may mean, at most five: those in images of the project that differ by one digit
    (another, an additional or a missing one), by two swapped digits, or by up to three years.
    """
    candidates = sorted(_slips(id))
    if not candidates:
        return ()
    column = unit_finding.c.vulnerability
    seen = select(image_unit.c.image_id).where(
        image_unit.c.unit_id == unit_finding.c.unit_id, visible(project_id, image_unit.c.image_id)
    )
    wanted = select(column).where(column.in_(candidates), seen.exists()).distinct().order_by(column).limit(MOST)
    return tuple(connection.execute(wanted).scalars())


def _slips(id: str) -> set[str]:
    found = _NUMBER.fullmatch(id)
    if not found:
        return set()
    start, number = found.groups()
    places = range(len(number))
    slips = {number[:at] + digit + number[at + 1 :] for at in places for digit in digits}
    slips |= {number[:at] + digit + number[at:] for at in range(len(number) + 1) for digit in digits}
    slips |= {number[:at] + number[at + 1 :] for at in places}
    slips |= {number[:at] + number[at + 1] + number[at] + number[at + 2 :] for at in places[:-1]}
    year = int(start[4:8])
    others = {f"CVE-{other:04d}-{number}" for other in range(max(1999, year - 3), year + 4)}
    return ({start + slip for slip in slips if len(slip) >= 4} | others) - {id}
