"""Software that the steps of a build downloaded, by the history of the image."""

import io

import pytest
from tests.support.matching import ECOSYSTEMS, SCHEMES, TODAY, advisory, info, knowledge

from careen.model.image import History, Image, ImageConfig, Layer
from careen.model.inventory import Inventory
from careen.model.origin import OriginFile, OriginFiles
from careen.model.package import Evidence, Package
from careen.pipeline.assessment import Matcher
from careen.pipeline.downloads import MAX_FILES, with_downloads
from careen.policy.policy import Policy

REDIS = (
    ("/bin/sh -c #(nop) ADD file:1f2e in / ", False),
    ("ENV REDIS_DOWNLOAD_URL=https://download.example.com/releases/redis-7.0.5.tar.gz", True),
    ('RUN /bin/sh -c set -eux; wget -O r.tgz "$REDIS_DOWNLOAD_URL"; tar -xzf r.tgz; make install # buildkit', False),
    ("RUN /bin/sh -c curl -fsSL https://example.com/thing-1.2.3.tar.gz | tar xz # buildkit", False),
)  # fmt: skip
FILES = (OriginFile("usr/local/bin/redis-server", 1), OriginFile("opt/thing/run", 2))


def packages(history, *files, listed=()):
    layers = tuple(Layer(number, "", "", 0, "", io.BytesIO) for number in range(3))
    config = ImageConfig(history=tuple(History(created_by=text, empty_layer=empty) for text, empty in history))
    image = Image("shop:1", "image", "", None, config, layers)
    found = with_downloads(image, Inventory(None, listed, origin_files=OriginFiles(files)))
    return [package for package in found.packages if package.cataloger == "history"]


def test_names_and_versions_are_in_addresses():
    redis, thing = packages(REDIS, *FILES)
    assert (redis.purl, redis.cpe) == ("pkg:generic/redis@7.0.5", "cpe:2.3:a:redis:redis:7.0.5:*:*:*:*:*:*:*")
    assert redis.evidence == (Evidence("usr/local/bin/redis-server", 1),)
    assert (thing.purl, thing.cpe, thing.evidence[0].layer) == ("pkg:generic/thing@1.2.3", None, 2)


def test_a_finding_is_possible():
    records = (advisory("CVE-2026-0001", "7.0.6", "cpe", "redis:redis", source="nvd"), info("cpe", "nvd"))
    by = Matcher(knowledge(*records), SCHEMES, ECOSYSTEMS)
    (finding,) = by.matched(Inventory(None, tuple(packages(REDIS, FILES[0]))), Policy(), TODAY)[0].findings
    assert (finding.id, finding.confidence) == ("CVE-2026-0001", "possible")


def test_a_step_that_wrote_nothing_unexplained_does_not_count():
    assert packages(REDIS) == []
    assert packages(REDIS, OriginFile("usr/local/bin/redis-server", 0)) == []
    assert packages(REDIS, OriginFile("usr/local/lib/x.so", 1, "pkg:pypi/x@1")) == []


def test_what_a_reader_names_there_is_not_named_twice():
    named = Package("generic", None, "redis", "7.0.5", evidence=(Evidence("usr/local/bin/redis-server", 1),))
    assert packages(REDIS, FILES[0], listed=(named,)) == []


@pytest.mark.parametrize(
    "step",
    [
        "RUN /bin/sh -c curl -O https://example.com/thing-latest.tar.gz # buildkit",
        "RUN /bin/sh -c make install # buildkit",
        "",
        "RUN \\",
        "FROM other",
        "RUN <<EOF",
        "\0\n\r\x1b",
    ],
)
def test_other_steps_name_nothing(step):
    assert packages(((step, False),), OriginFile("a", 0)) == []


def test_an_odd_step_hides_no_other():
    assert len(packages((*REDIS[:2], ("RUN <<EOF", True), ("RUN echo \\", True), *REDIS[2:]), *FILES)) == 2


def test_of_many_files_some_are_its_places():
    many = [OriginFile(f"opt/thing/{number}", 2) for number in range(100)]
    assert len(packages(REDIS, *many)[0].evidence) == MAX_FILES
