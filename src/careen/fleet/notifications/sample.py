"""An invented message for tests and previews of a channel."""

from . import links
from .message import Clocks, Fix, Images, Message, Place, Vulnerability

EXAMPLE = "CVE-2021-44228"


def sample(project_id: int, project: str, address: str, now: float) -> Message:
    first = tuple(Place(f"registry.example/team/{name}:1.4", links.project(address, project_id)) for name in ("shop", "till"))
    clocks = Clocks("2021-12-11", "2021-12-10", "2021-12-13", "2021-12-10")
    fixes = (Fix("pkg:maven/org.apache.logging.log4j/log4j-core", "2.17.1", "fixed"),)
    return Message(
        kind="test",
        title=f"A test of careen: {EXAMPLE} is exploited: 2 images in {project}",
        project_id=project_id,
        project=project,
        at=now,
        severity="critical",
        changes=("exploited", "disclosed", "fix_available"),
        counts={"exploited": 1, "disclosed": 1, "fix_available": 1},
        vulnerability=Vulnerability(EXAMPLE, "critical", True, 0.9436, clocks, fixes),
        images=Images(2, 1, first),
        link=links.vulnerability(address, project_id, EXAMPLE),
    )
