import pytest
from tests.support import packagefiles, rpmdb
from tests.support.servers import Answer, Server

from careen.checks.dockerfile import package_by_address, repository_added, signature_not_verified
from careen.formats.dockerfile.reader import read_dockerfile
from careen.formats.packages.package_head import MAX_BYTES, PackageHead
from careen.net import NetSettings, make_fetcher
from careen.predict.declared import predicted
from careen.predict.resolve import head_at, with_heads

RELEASE = PackageHead("rpm", "a-release", "1-5", "noarch", "A Inc", None, ("8c718d3b5072e1f5",), ("etc/yum.repos.d/a.repo",))
UNSIGNED = PackageHead("rpm", "tool", "2:1.0-3", "x86_64", None, None, (), ())
TEXT = """\
FROM rockylinux:9
ARG V=1
RUN yum install -y https://a.example/a-release-el9.rpm curl-7.0-1
RUN yum install -y server-8.0-1.el9 openssl-3.0.7-16.el9_2 nano
RUN curl -fLo t.rpm https://a.example/tool-$V.rpm && rpm -i t.rpm
"""


def answers(url):
    return {"https://a.example/a-release-el9.rpm": RELEASE, "https://a.example/tool-1.rpm": UNSIGNED}.get(url, "no such file")


def test_true_names_and_what_comes_from_their_repositories():
    document = with_heads(read_dockerfile(TEXT), answers)
    found = {one.package.name: one for one in predicted(document)}
    assert found["a-release"].package.version == "1-5"
    assert found["a-release"].package.maintainer == "A Inc"
    assert found["tool"].package.version == "2:1.0-3"
    vendors = {name: one.package.vendor for name, one in found.items()}
    assert vendors == {
        "a-release": "third_party",
        "curl": "third_party",  # later in the same transaction than the file: read as coming after it
        "server": "third_party",
        "openssl": "unknown",  # its release has the distribution's mark
        "nano": "third_party",
        "tool": "unknown",
    }


def test_a_stage_of_its_own_is_not_touched():
    last = "FROM debian:12\nRUN apt-get install -y nginx=1.22.1-9\n"
    (nginx,) = predicted(with_heads(read_dockerfile(TEXT + last), answers))
    assert nginx.package.vendor == "unknown"


def test_checks_are_fed():
    document = with_heads(read_dockerfile(TEXT), answers)
    (place,) = package_by_address.CHECK.inspect(document)
    assert (place.line, place.message.endswith("it is a-release 1-5 of A Inc, signed by key 8c718d3b5072e1f5")) == (3, True)
    (unsigned,) = signature_not_verified.CHECK.inspect(document)
    assert (unsigned.line, "tool 2:1.0-3 holds no signature" in unsigned.message) == (5, True)
    (added,) = repository_added.CHECK.inspect(document)
    assert (added.line, added.message) == (3, "a-release 1-5 brings etc/yum.repos.d/a.repo")


def test_what_is_not_asked_and_what_fails():
    asked = []

    def ask(url):
        asked.append(url)
        return "its server answered 404"

    text = "FROM debian:12\nRUN apt-get install -y https://a.example/$X/a.deb https://a.example/b.deb https://a.example/c.tgz\n"
    found = predicted(with_heads(read_dockerfile(text), ask))
    assert asked == ["https://a.example/b.deb"]
    assert [(one.package.name, one.package.version, one.trouble) for one in found if one.package.type == "deb"] == [
        ("a", "", "its URL contains an unknown variable"),
        ("b", "", "its server answered 404"),
    ]


@pytest.fixture
def fetcher():
    with make_fetcher(NetSettings(only=("127.0.0.1",), attempts=1), environ={}) as made:
        yield made


def test_one_megabyte_at_most_is_asked_for(fetcher):
    data = packagefiles.rpm(rpmdb.package("a", vendor="A"))
    with Server(lambda request: Answer(206, data)) as server:
        head = head_at(f"{server.url.replace('http://', 'http://user:secret@')}/a.rpm", fetcher)
    assert (head.name, head.vendor) == ("a", "A")
    assert server.requests[0].headers["range"] == f"bytes=0-{MAX_BYTES - 1}"
    assert "authorization" not in server.requests[0].headers


def test_a_server_without_ranges_is_not_read_to_the_end(fetcher):
    head = packagefiles.rpm(rpmdb.package("a"))
    with Server(lambda request: Answer(200, head + bytes(30 << 20))) as server:
        assert head_at(f"{server.url}/a.rpm", fetcher).version == "1.0-1.el9"
    endless = packagefiles.rpm(b"")[:96] + (b"\x8e\xad\xe8\x01" + bytes(4) + b"\0\0\xff\xff\0\xff\0\0")
    with Server(lambda request: Answer(200, endless + bytes(30 << 20))) as server:
        assert "does not end within" in head_at(f"{server.url}/a.rpm", fetcher)


def test_trouble_has_a_reason(fetcher):
    with Server(lambda request: Answer(404)) as server:
        assert head_at(f"{server.url}/a.rpm", fetcher) == "its server answered 404"
    with Server(lambda request: Answer(200, b"<html>")) as server:
        assert head_at(f"{server.url}/a.rpm", fetcher).startswith("its server did not send a package")
    assert "is not on the list of hosts" in head_at("https://other.example/a.rpm", fetcher)
