"""An image that names a distribution and has nothing that its advisories assess."""

import pytest
from tests.support.matching import ALMA, advisory, codes, deb, info, pypi, rpm, run

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
