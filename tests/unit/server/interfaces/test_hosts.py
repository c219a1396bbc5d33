"""Which hosts a request may lead to."""

import pytest

from careen.server.interfaces.answers import Failure
from careen.server.interfaces.hosts import Hosts, check_address

DEPTHS = {"registry.example": 0, "inside.example": 1, "localhost": 2, "169.254.169.254": 3, "8.8.8.8": 0}


@pytest.fixture(autouse=True)
def names(monkeypatch):
    monkeypatch.setattr(
        "careen.server.interfaces.hosts.inwardness", lambda netloc, resolve: DEPTHS[netloc.partition(":")[0].lower()]
    )


def refused(url, *listed, private=()) -> str:
    with pytest.raises(Failure) as raised:
        check_address(url, Hosts(listed, private), "the address")
    return raised.value.message


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://registry.example", "registry.example"),
        ("https://REGISTRY.example:5000/v2/?x=1", "registry.example:5000"),
        ("http://registry.example/", "registry.example"),
    ],
)
def test_a_listed_host(url, host):
    assert check_address(url, Hosts(("registry.example",)), "x") == host


def test_a_host_in_a_private_network_is_listed_twice():
    assert "private network" in refused("https://inside.example", "inside.example")
    assert check_address("https://inside.example", Hosts(("inside.example",), ("inside.example",)), "x") == "inside.example"


@pytest.mark.parametrize("host", ["localhost", "169.254.169.254"])
@pytest.mark.parametrize("private", [(), ("*",), ("10.0.0.0/8",)])
def test_this_machine_and_metadata_need_the_operator(host, private):
    assert "private network" in refused(f"http://{host}/", host, private=private)


@pytest.mark.parametrize("pattern", ["*", "*.example", "*registry.example"])
def test_a_pattern_lists_no_host(pattern):
    assert "does not list this host" in refused("https://registry.example", pattern)


@pytest.mark.parametrize(
    "url",
    [
        "https://registry.example@8.8.8.8/",
        "https://8.8.8.8/registry.example",
        "https://registry.example.evil.example",
        "https://8.8.8.8#registry.example",
        "https://8.8.8.8\\@registry.example/",
        "ftp://registry.example/",
        "//registry.example/",
        "registry.example",
        "https:///registry.example",
        "https://registry.example:0/",
        "https://registry.example:x/",
        "https://registry.example\n/",
        "https://[registry.example/",
        "",
    ],
)
def test_what_only_looks_listed(url):
    assert refused(url, "registry.example")


def test_a_refusal_holds_neither_path_nor_query():
    assert "secret" not in refused("https://8.8.8.8/secret?secret=1", "registry.example")
