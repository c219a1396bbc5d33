"""An image that names a distribution and has nothing that its advisories assess."""

import pytest
from tests.support.matching import ALMA, DEBIAN, ECOSYSTEMS, SCHEMES, TODAY, advisory, codes, deb, info, pypi, rpm, run

from careen.database.memory import MemoryDatabase
from careen.matching.match import match
from careen.model.advisory import PassedOver
from careen.model.inventory import Inventory
from careen.model.package import Source

CODE = "no_distribution_package"
OURS = deb("acme", "1-corp1", Source("acme", "1-corp1"))
KNOWN = [info(unfixed=True), advisory()]


@pytest.mark.parametrize(
    "packages",
    [
        [OURS],
        [OURS, deb("other", "2-corp1", Source("other", "2-corp1")), pypi()],
        [deb("libssl3", "unknown", Source("openssl", "unknown"))],  # a version that cannot be compared
    ],
)
def test_nothing_is_the_distributions(packages):
    found = codes(run(packages, KNOWN))[CODE]
    assert found.subjects == ("debian-12",)
    assert found.packages == sum(one.type == "deb" for one in packages)


@pytest.mark.parametrize(
    ("packages", "distribution"),
    [
        ([OURS, deb()], None),
        ([pypi()], None),
        ([], None),
        ([rpm("acme", "1-1.el8", maintainer="Somebody", cataloger="rpm")], ALMA),
    ],
)
def test_only_then(packages, distribution):
    matched = run(packages, KNOWN, **({"distribution": distribution} if distribution else {}))
    assert (CODE in codes(matched)) is (distribution is not None)


@pytest.mark.parametrize(
    ("package", "subjects"),
    [("openssl", ("pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12",)), ("", ("debian-12",))],
)
def test_a_record_that_could_not_be_read_is_told_of_where_it_may_be_about_a_package(package, subjects):
    class Known(MemoryDatabase):
        def unread(self, namespace, names):
            return {"debian": (PassedOver("CVE-2026-1: ?", ("CVE-2026-1",), "debian:12", package),)}

    inventory = Inventory(DEBIAN, (deb(), deb("zlib1g", "1", Source("zlib", "1"))))
    matched = match(inventory, Known((info(unfixed=True),)), SCHEMES, ECOSYSTEMS, TODAY)
    reason = codes(matched)["partial_source"]
    assert "1 record of debian cannot be read (CVE-2026-1: ?)" in reason.detail
    assert (reason.packages, reason.subjects) == (1 if package else 2, subjects)
