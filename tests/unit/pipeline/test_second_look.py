"""One more look at an image: when it is taken, what it changes, and that it is kept."""

import io

from msgspec.structs import replace
from tests.support.images import make_layer
from tests.support.matching import DEBIAN, ECOSYSTEMS, SCHEMES, advisory, deb, info, knowledge, pypi
from tests.unit.layers.helpers import CATALOGERS
from tests.unit.layers.test_owner_files import METADATA, debian

from careen.errors import NetworkError
from careen.layers.index import Readers
from careen.layers.kept import Kept
from careen.model.image import Image, ImageConfig, Layer
from careen.model.inventory import Inventory, OwnerFiles, OwnerRead
from careen.model.package import Evidence, Source
from careen.pipeline.assessment import Assessment, Matcher
from careen.pipeline.image import inventory_of, report_of
from careen.pipeline.layers import Reading
from careen.pipeline.second_look import Asked, Seen, look, with_second_look
from careen.store.memory import MemoryStore

OWNER = deb("python3-django", "4.2.1-3", Source("python-django", "4.2.1-3"), vendor="distribution")
OWNED = pypi(owned_by=OWNER.purl)
FILES = OwnerFiles(OWNER.purl, OWNED.evidence, (), Evidence("usr/share/doc/x/changelog.Debian.gz", 0))
INVENTORY = Inventory(DEBIAN, (OWNER, OWNED), owner_files=(FILES,))
RECORDS = (
    advisory("CVE-2024-0001", "9", "PyPI", "django", source="osv", severity="high"),
    advisory("CVE-2024-0001", "9", "PyPI", "rack", source="osv", severity="high"),
    info("PyPI", "osv", unfixed=True),
)


def image(files=None):
    data = make_layer(files or {"a": b""})
    opened = []

    def again():
        opened.append(1)
        return io.BytesIO(data)

    layer = Layer(0, "", "", len(data), "", again, identity="here")
    return Image("shop:1", "image", "sha256:1", None, ImageConfig(), (layer,)), opened


def reading(store):
    return Reading(Readers.of(CATALOGERS, "test"), store)


def assessment(records=RECORDS, **changes):
    return Assessment(matcher=Matcher(knowledge(*records), SCHEMES, ECOSYSTEMS), scanners=frozenset(("vuln",)), **changes)


def test_it_is_taken_for_the_owners_of_packages_with_findings_only():
    asked = []

    def looks(image, files):
        asked.append(files)
        return Seen((OwnerRead(OWNER.purl),))

    opened, _ = image()
    report = report_of(opened, INVENTORY, assessment(look=looks))
    assert asked == [Asked((FILES,))]
    assert report.inventory.owners_read == (OwnerRead(OWNER.purl),)
    report_of(opened, report.inventory, assessment(look=looks))
    report_of(opened, INVENTORY, assessment(RECORDS[1:], look=looks))
    report_of(replace(opened, layers=()), INVENTORY, assessment(look=looks))
    assert len(asked) == 1
    assert with_second_look(opened, INVENTORY, report.findings, None) is INVENTORY


def test_the_changelog_suppresses_a_finding_of_an_image_and_the_result_is_kept():
    opened, times = image(debian())
    store = MemoryStore()
    opened, inventory = inventory_of(opened, reading(store))
    (package,) = (package for package in inventory.packages if package.type == "pypi")
    assert package.evidence[0].path == METADATA
    plain = report_of(opened, inventory, assessment())
    assert [(finding.id, finding.confidence) for finding in plain.findings] == [("CVE-2024-0001", "likely")]
    before = len(times)
    by = assessment(look=lambda image, asked: look(image, asked, reading(store)))
    for _ in range(2):
        report = report_of(opened, inventory, by)
        assert report.findings == ()
        assert [(entry.finding.id, entry.by.kind) for entry in report.suppressed] == [("CVE-2024-0001", "distribution")]
    assert len(times) == before + 1


def test_layers_that_cannot_be_downloaded_again_change_nothing():
    opened, _ = image(debian())
    opened, inventory = inventory_of(opened, reading(MemoryStore()))

    def unreachable():
        raise NetworkError("no connection", "try again later")

    gone = replace(opened, layers=tuple(replace(layer, open=unreachable) for layer in opened.layers))
    report = report_of(gone, inventory, assessment(look=lambda image, asked: look(image, asked, reading(MemoryStore()))))
    assert [(finding.id, finding.confidence) for finding in report.findings] == [("CVE-2024-0001", "likely")]
    assert report.suppressed == ()


def test_what_a_machine_short_of_memory_could_not_read_is_read_again(monkeypatch):
    opened, _ = image(debian())
    store = MemoryStore()
    opened, inventory = inventory_of(opened, reading(store))
    by = assessment(look=lambda image, asked: look(image, asked, reading(store)))

    def short(text):
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr("careen.layers.owner_files.claims_of", short)
        assert [finding.confidence for finding in report_of(opened, inventory, by).findings] == ["likely"]
    assert report_of(opened, inventory, by).findings == ()


def test_files_that_the_run_has_kept_are_not_read_again():
    opened, times = image(debian())
    store = MemoryStore()
    first = reading(store)
    keeping = replace(first, kept=Kept())
    opened, inventory = inventory_of(opened, keeping)
    before = len(times)
    seen = look(opened, Asked(inventory.owner_files), keeping)
    assert len(times) == before
    assert seen.owners[0].genuine == (METADATA,)
    assert seen == look(opened, Asked(inventory.owner_files), replace(first, store=MemoryStore()))
    assert len(times) == before + 1
