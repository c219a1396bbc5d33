"""The parts of a reference, and the package URL of an image."""

import pytest
from msgspec.structs import replace
from tests.support.reports import DIGEST, HOSTILE, usual

from careen.formats.images.reference import Named, image_purl, named
from careen.formats.packages.purl import parse

ESCAPED = DIGEST.replace(":", "%3A")


@pytest.mark.parametrize(
    ("reference", "repository", "tag", "digest"),
    [
        ("debian", "docker.io/library/debian", "", ""),
        ("debian:12", "docker.io/library/debian", "12", ""),
        ("grafana/loki:3", "docker.io/grafana/loki", "3", ""),
        ("index.docker.io/library/debian", "docker.io/library/debian", "", ""),
        ("registry:5000/a", "registry:5000/a", "", ""),
        ("localhost/a:1", "localhost/a", "1", ""),
        (f"ghcr.io/a/b:1@{DIGEST}", "ghcr.io/a/b", "1", DIGEST),
        ("", "", "", ""),
    ],
)
def test_the_parts_of_a_reference(reference, repository, tag, digest):
    assert named(reference) == Named(repository, tag, digest)


@pytest.mark.parametrize(
    ("reference", "purl"),
    [
        (
            "registry.example/shop/Service:1.4",
            f"pkg:oci/service@{ESCAPED}?repository_url=registry.example%2Fshop%2FService",
        ),
        ("nginx:1.27", f"pkg:oci/nginx@{ESCAPED}?repository_url=docker.io%2Flibrary%2Fnginx"),
        # Names of this machine alone are no repositories.
        ("oci-layout:images.d/service", f"pkg:oci/service@{ESCAPED}"),
        ("docker-archive:images.d/Service.tar", f"pkg:oci/service.tar@{ESCAPED}"),
        ("./images.d/service", f"pkg:oci/service@{ESCAPED}"),
        ("/images.d/service/", f"pkg:oci/service@{ESCAPED}"),
    ],
)
def test_the_image_by_its_digest_and_repository(reference, purl):
    assert image_purl(replace(usual().image, reference=reference)) == purl


def test_an_image_without_a_digest_has_no_package_url():
    assert image_purl(replace(usual().image, digest="")) is None


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_any_name_makes_a_package_url(text):
    purl = image_purl(replace(usual().image, reference=text))
    assert purl and purl.isascii() and purl.isprintable()
    if len(text) < 1000:
        assert parse(purl).version == DIGEST
