"""The images of a registry, narrowed by patterns and to the newest."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.support.attached import Artifact, Part
from tests.support.images import make_image, make_layer
from tests.support.registry import Registry

from careen.errors import InputError
from careen.images.names import parse_reference
from careen.net import NetSettings, make_fetcher
from careen.plugins import OpenContext
from careen.registries.listing import Wanted, _is_wanted, _natural, _references, is_wanted_repository, targets

FIRST, SECOND = (make_image([make_layer({name: b""})]) for name in "ab")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), True),
        (Wanted(include=("team/*",)), True),
        (Wanted(include=("team/app:1.*",)), True),
        (Wanted(include=("team/app:2.*",)), False),
        (Wanted(include=("other", "team/app")), True),
        (Wanted(exclude=("team/*",)), False),
        (Wanted(exclude=("team/app:2.*",)), True),
        (Wanted(include=("team/*",), exclude=("*:1.2",)), False),
    ],
)
def test_patterns(wanted, expected):
    assert _is_wanted("team/app", "1.2", wanted) is expected


def test_repositories_whose_tags_decide_are_listed():
    assert is_wanted_repository("team/app", Wanted(include=("team/*:2.*",), exclude=("*:1",)))
    assert not is_wanted_repository("team/app", Wanted(include=("other:1",)))
    assert not is_wanted_repository("team/app", Wanted(exclude=("team/*",)))
    assert is_wanted_repository("team/app", Wanted(exclude=("*/*:*",)))


def test_tags_in_the_order_of_their_numbers():
    tags = ["latest", "1.10", "1.9", "1.9-rc", "2", "main"]
    assert sorted(tags, key=_natural) == ["1.9", "1.9-rc", "1.10", "2", "latest", "main"]


def test_invalid_tags_are_left_out(caplog):
    assert list(_references("x.example", "a", ["2", "1", "1", "a b"])) == [
        parse_reference("x.example/a:1"),
        parse_reference("x.example/a:2"),
    ]
    assert "lists an invalid tag" in caplog.text


@pytest.fixture
def listed(tmp_path, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    fetcher = make_fetcher(NetSettings(), sleep=lambda _: None, jitter=lambda: 0.5)

    def call(registry, namespace="", **wanted):
        with ThreadPoolExecutor(2) as pool:
            return targets(registry.host, namespace, Wanted(**wanted), OpenContext(fetcher=fetcher, cache=tmp_path), pool)

    yield call
    fetcher.close()


def test_one_target_for_all_names_of_an_image(listed):
    with Registry() as registry:
        registry.push("team/app", "1", FIRST)
        registry.push("team/app", "latest", FIRST)
        registry.push("team/other", "1", SECOND)
        registry.push("x/app", "1", FIRST)
        found = listed(registry, "team")
        assert (found.repositories, found.tags, found.failures) == (2, 3, ())
        names = [[reference.removeprefix(f"{registry.host}/") for reference in one.references] for one in found.targets]
        assert names == [["team/app:1", "team/app:latest"], ["team/other:1"]]
        assert found.targets[0].open().opened.endswith("/team/app:1")
        assert listed(registry).repositories == 3
        with pytest.raises(InputError):
            listed(registry, "none")


def test_tags_of_attached_documents_are_no_images(listed):
    with Registry(referrers=False) as registry:
        registry.push("team/app", "1", FIRST)
        bundle = Artifact("application/vnd.dev.sigstore.bundle.v0.3+json", [Part(b"{}", "application/json", {})])
        registry.attach("team/app", bundle, FIRST.digest)
        registry.tags["team/app"].append(FIRST.digest.replace(":", "-"))
        registry.push("team/app", f"sha256-{64 * '0'}.sig", SECOND)
        found = listed(registry, "team")
        names = [reference.rpartition("/app:")[2] for target in found.targets for reference in target.references]
        assert (sorted(names), found.failures) == (["1", f"sha256-{64 * '0'}.sig"], ())
        assert listed(registry, "team", newest=1).tags == 1
