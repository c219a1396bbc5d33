"""Packages that a build installs from an address: found in the Dockerfile, and in the image with their lines."""

import io

from tests.support import rpmdb
from tests.support.images import make_layer
from tests.support.matching import ECOSYSTEMS, SCHEMES, TODAY, advisory, info, knowledge

from careen.catalogers import distribution
from careen.catalogers import rpm as rpm_packages
from careen.formats.dockerfile.reader import read_dockerfile
from careen.layers.index import Readers
from careen.model.image import History, Image, ImageConfig, Layer
from careen.model.inventory import Inventory
from careen.pipeline.assessment import Assessment, Matcher
from careen.pipeline.image import inventory_of, report_of, with_vendors
from careen.pipeline.layers import Reading
from careen.predict.built import with_instructions
from careen.predict.declared import predicted
from careen.store.memory import MemoryStore

AT = "https://downloads.example.com/mysql"
SERVER, COMMON = (f"{AT}/mysql-community-{part}-8.0.30-1.el9.x86_64.rpm" for part in ("server", "common"))
TEXT = f"FROM rockylinux:9\nRUN yum install -y {COMMON}\nRUN yum install -y {SERVER}\n"
RECORDS = (
    advisory("BIT-mysql-2026-0001", "8.0.31", "Bitnami", "mysql", aliases=("CVE-2026-0001",), source="bitnami"),
    info("Bitnami", "osv/Bitnami", unfixed=True),
)
OS_RELEASE = b'ID="rocky"\nVERSION_ID="9.3"\nPLATFORM_ID="platform:el9"\n'
CATALOGERS = (distribution.CATALOGER, rpm_packages.CATALOGER)


def matcher():
    return Matcher(knowledge(*RECORDS), SCHEMES, ECOSYSTEMS)


def test_before_the_build(tmp_path):
    document = read_dockerfile(TEXT, "Dockerfile")
    installs = predicted(document)
    assert [(one.package.name, one.package.version, one.line) for one in installs] == [
        ("mysql-community-common", "8.0.30-1.el9", 2),
        ("mysql-community-server", "8.0.30-1.el9", 3),
    ]
    packages = tuple(one.package for one in installs)
    found = matcher().matched(with_vendors(Inventory(installs[0].distribution, packages)), Assessment().policy, TODAY)[0]
    assert sorted((finding.id, finding.package_name) for finding in found.findings) == [
        ("CVE-2026-0001", "mysql-community-common"),
        ("CVE-2026-0001", "mysql-community-server"),
    ]


def test_after_the_build_the_line_is_named(tmp_path):
    about = {"version": "8.0.30", "release": "1.el9", "vendor": "Oracle and/or its affiliates"}
    headers = [rpmdb.package(f"mysql-community-{part}", files=[f"/usr/lib64/mysql/{part}.so"], **about)
               for part in ("common", "server")]  # fmt: skip
    database = "var/lib/rpm/rpmdb.sqlite"
    layers = (
        {"etc/os-release": OS_RELEASE},
        {database: rpmdb.sqlite(tmp_path / "one", headers[:1]), "usr/lib64/mysql/common.so": b"x"},
        {database: rpmdb.sqlite(tmp_path / "two", headers), "usr/lib64/mysql/server.so": b"x"},
    )
    made = [_layer(number, files) for number, files in enumerate(layers)]
    steps = (
        "/bin/sh -c #(nop) ADD file:1f2e in / ",
        *(f"RUN /bin/sh -c yum install -y {url} # buildkit" for url in (COMMON, SERVER)),
    )
    config = ImageConfig(history=tuple(History(created_by=step, empty_layer=False) for step in steps))
    document = read_dockerfile(TEXT, "Dockerfile")
    image = with_instructions(Image("shop:1", "image", "sha256:1", None, config, tuple(made)), document)
    reading = Reading(Readers.of(CATALOGERS, "test"), MemoryStore())
    _, inventory = inventory_of(image, reading)
    by = Assessment(matcher=matcher(), scanners=frozenset(("vuln",)), dockerfile=document)
    found = {finding.package_name: finding for finding in report_of(image, inventory, by).findings}
    server = found["mysql-community-server"]
    assert (server.id, server.confidence, server.layer) == ("CVE-2026-0001", "likely", 2)
    assert (server.location.path, server.location.line) == ("Dockerfile", 3)
    assert found["mysql-community-common"].location.line == 2


def _layer(number, files):
    data = make_layer(files)
    return Layer(number, "", "", len(data), "", lambda: io.BytesIO(data), identity=f"here {number}")
