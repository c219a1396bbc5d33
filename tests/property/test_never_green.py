"""Whatever is lost of the knowledge about an image, or of its package databases, a failing gate does not pass."""

from datetime import UTC, datetime

from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.matching import DEBIAN, ECOSYSTEMS, SCHEMES, advisory, deb, info, pypi
from tests.support.reports import usual

from careen.database.memory import MemoryDatabase
from careen.matching.match import match
from careen.model.advisory import DatabaseInfo, Epss, Exploited, SourceInfo
from careen.model.inventory import Inventory
from careen.model.package import Distribution, Source
from careen.pipeline.assessment import Assessment, Matcher
from careen.pipeline.image import report_of
from careen.policy.gates import read_gate
from careen.policy.policy import Policy

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SOURCES = ("debian", "osv", "kev", "epss", "nvd")
PACKAGES = (deb(), deb("zlib1g", "1.2.13-1", source=Source("zlib", "1.2.13-1")), pypi(), pypi("requests", "2.28.0"))
ADVISORIES = (
    advisory("CVE-2026-0001", "3.0.13-1", severity="critical"),
    advisory("CVE-2026-0002", "1.2.14-1", package="zlib", severity="medium"),
    advisory("CVE-2026-0003", "4.2.3", "PyPI", "django", severity="high", source="osv"),
    advisory("CVE-2026-0004", "2.31.0", "PyPI", "requests", severity="low", source="osv"),
)
SCORES = (*(Epss(one.id, 0.5, 0.9) for one in ADVISORIES), *(Exploited(one.id, "2026-05-01") for one in ADVISORIES))
NAMESPACES = (info(unfixed=True), info("PyPI", "osv", unfixed=True))


class World:
    """An image and what is known, of which the losses take pieces away."""

    def __init__(self, affected):
        self.inventory = Inventory(DEBIAN, PACKAGES, files=9)
        self.records = [*(ADVISORIES[number] for number in affected), *SCORES, *NAMESPACES]
        self.dates = dict.fromkeys(SOURCES, "2026-05-31")
        self.without = False

    def exit_code(self, policy):
        sources = tuple(SourceInfo(name, day, 4) for name, day in self.dates.items())
        known = None if self.without else MemoryDatabase(self.records, DatabaseInfo("memory", "2026-05-31", sources))
        image = replace(usual().image, attached=None)
        matcher = Matcher(known, SCHEMES, ECOSYSTEMS) if known is not None else None
        report = report_of(image, self.inventory, Assessment(policy, matcher, frozenset(("vuln",))), NOW)
        return report.verdict.exit_code


def no_database(world):
    world.without = True


def no_feed(namespace, source):
    def lose(world):
        """It was never fetched, failed, or was refused."""
        world.records = [one for one in world.records if getattr(one, "namespace", "") != namespace]
        world.dates.pop(source, None)

    return lose


def no_scores(world):
    """No severities: the feed that has them was dropped."""
    world.records = [replace(one, severity="unknown") if hasattr(one, "severity") else one for one in world.records]
    world.dates.pop("nvd", None)


def no_exploits(world):
    world.records = [one for one in world.records if not isinstance(one, Epss | Exploited)]
    world.dates.pop("kev", None), world.dates.pop("epss", None)


def old(world):
    world.dates = dict.fromkeys(world.dates, "2026-01-01")


def no_release(world):
    """os-release is gone. If its packages are gone too, the image looks like a static one, which rightly has none."""
    if world.inventory.no_package_database:
        return
    world.inventory = replace(world.inventory, distribution=None, packages=tuple(map(_unnamed, world.inventory.packages)))


def other_release(world):
    other = Distribution("shiplinux", "3", pretty_name="Shiplinux 3")
    world.inventory = replace(world.inventory, distribution=other, packages=tuple(map(_unnamed, world.inventory.packages)))


def _unnamed(package):
    return replace(package, distro=None)


def database_deleted(world):
    """A layer removed dpkg's status: the packages of the last one stand in."""
    packages = (replace(one, presence="shadowed") if one.type == "deb" else one for one in world.inventory.packages)
    world.inventory = replace(world.inventory, packages=tuple(packages))


def database_never_there(world):
    """Flattened afterwards: files of the distribution without any list of them; see ``no_release``."""
    if world.inventory.distribution is None:
        return
    packages = tuple(one for one in world.inventory.packages if one.type != "deb")
    world.inventory = replace(world.inventory, packages=packages, no_package_database=True)


LOSSES = (
    no_database, no_feed("debian:12", "debian"), no_feed("PyPI", "osv"), no_scores, no_exploits, old, no_release,
    other_release, database_deleted, database_never_there,
)  # fmt: skip
GATES = ("critical", "high", "medium", "low", "kev", "epss=10%", "risk=10", "fixable:high", "vulnerability:critical")


@given(
    st.sets(st.sampled_from(range(len(ADVISORIES))), min_size=1),
    st.lists(st.sampled_from(LOSSES), min_size=1, max_size=4),
    st.lists(st.sampled_from(GATES), min_size=1, max_size=2, unique=True),
    st.booleans(),
)
@example({0}, [no_scores], ["critical"], False)
@example({0}, [other_release, database_deleted], ["critical"], False)
def test_a_failing_gate_does_not_pass_by_losing_knowledge(affected, losses, gates, strict):
    policy = Policy(fail_on=tuple(map(read_gate, gates)), strict=strict)
    world = World(affected)
    failed = world.exit_code(policy) != 0
    for lose in losses:
        lose(world)
        code = world.exit_code(policy)
        assert code != 0 or not failed, f"{lose.__name__}: it failed before"
        failed = failed or code != 0


def test_the_whole_world_fails_and_passes_as_it_should():
    assert World({0}).exit_code(Policy(fail_on=(read_gate("critical"),))) == 1
    assert World({1}).exit_code(Policy(fail_on=(read_gate("critical"),))) == 0


def test_the_inventory_of_the_whole_world_is_assessed():
    world = World({0})
    known = MemoryDatabase(world.records, DatabaseInfo("memory", "2026-05-31", ()))
    assert match(world.inventory, known, SCHEMES, ECOSYSTEMS, NOW.date()).assessed == len(PACKAGES)
