"""One number for all signs of risk in an image, and its parts.

Each finding adds a share of the distance to 100: a critical finding 60 %, a high one 40 %, a medium one 15 %, a low one 4 %,
a negligible one 1 %; less if the finding is only likely or possible, and less if a package brings the file. So it takes many
small signs to outweigh a large one, and the number never falls when a finding is added. Privilege and exposure are already
in the severity.
"""

from collections.abc import Iterable, Sequence

from careen.model.behaviour import Part, PartScore
from careen.model.finding import BehaviourFinding

SHARES = {"critical": 0.6, "high": 0.4, "medium": 0.15, "low": 0.04, "negligible": 0.01, "unknown": 0.01}
CONFIDENCE = {"confirmed": 1.0, "likely": 0.7, "possible": 0.4}
OWNED = 0.6
PREFIXES: dict[str, Part] = {
    "HRD": "hardening", "HOK": "hooks", "CAP": "capabilities", "MAL": "names", "COD": "code", "UDF": "fixes", "LIF": "life",
    "YAR": "capabilities",
}  # fmt: skip


def part_of(finding: BehaviourFinding) -> Part:
    return PREFIXES.get(finding.id.partition("-")[0], "capabilities")


def scored(findings: Iterable[BehaviourFinding], parts: Sequence[Part]) -> tuple[int, tuple[PartScore, ...]]:
    """The index of the image, and the score of each part that was examined."""
    by_part: dict[Part, list[BehaviourFinding]] = {part: [] for part in parts}
    for finding in findings:
        by_part.setdefault(part_of(finding), []).append(finding)
    scores = tuple(PartScore(part, len(found), _score(found)) for part, found in by_part.items())
    return _score([finding for found in by_part.values() for finding in found]), scores


def _score(findings: Iterable[BehaviourFinding]) -> int:
    left = 1.0
    for finding in findings:
        share = SHARES[finding.severity] * CONFIDENCE[finding.confidence]
        left *= 1 - share * (OWNED if finding.package else 1)
    return round(100 * (1 - left))
