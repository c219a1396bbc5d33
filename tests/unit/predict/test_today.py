import pytest
from tests.support.servers import Answer, Server

from careen.errors import NetworkError
from careen.formats.dockerfile.reader import read_dockerfile
from careen.formats.packages.repositories import Index, Offer
from careen.net import NetSettings, make_fetcher
from careen.predict.declared import predicted
from careen.predict.today import newest, with_versions

TEXT = """\
FROM debian:12 AS base
RUN apt-get install -y nginx curl=7.88.1-10 nobody
FROM base
RUN apt-get install -y https://a.example/b.deb && pip install flask
"""


def with_today(text, offers_of):
    document = read_dockerfile(text)
    return {one.package.name: one for one in with_versions(document, predicted(document), offers_of)}


def test_what_is_open_gets_the_version_of_today():
    asked = []

    def offers_of(base, names):
        asked.append((base, names))
        return {"nginx": Offer("nginx", "1.22.1-9", "nginx-src", "1.22.1-9")}

    found = with_today(TEXT, offers_of)
    assert asked == [("debian:12", frozenset({"nginx", "nobody"}))]
    nginx = found["nginx"]
    assert (nginx.package.version, nginx.package.source.name, nginx.pinned, nginx.today) == (
        "1.22.1-9",
        "nginx-src",
        True,
        True,
    )
    assert (found["curl"].package.version, found["curl"].today) == ("7.88.1-10", False)
    assert (found["nobody"].pinned, found["flask"].pinned) == (False, False)


def test_trouble_has_a_reason():
    def offers_of(base, names):
        raise NetworkError("mirror.example was not asked", "list it")

    assert with_today(TEXT, offers_of)["nginx"].trouble == "mirror.example was not asked (list it)"
    assert "base image" in with_today("FROM $X\nRUN apt-get install -y nginx\n", offers_of)["nginx"].trouble


def test_third_parties_are_left_open():
    text = "FROM debian:12\nRUN echo deb https://nginx.org/a b nginx > /etc/apt/sources.list.d/n.list\n"
    text += "RUN apt-get install -y nginx\n"
    assert with_today(text, lambda base, names: pytest.fail("asked"))["nginx"].pinned is False


def test_the_newest_over_all_indices():
    bodies = {
        "/a/Packages": b"Package: nginx\nVersion: 1.9-1\n\nPackage: other\nVersion: 2\n",
        "/b/Packages": b"Package: nginx\nVersion: 1.10-1\n",
    }

    def respond(request):
        return Answer(200, bodies[request.path]) if request.path in bodies else Answer(404)

    with Server(respond) as server, make_fetcher(NetSettings(attempts=1), environ={}) as fetcher:
        places = [Index("deb", (f"{server.url}/{one}/Packages.xz", f"{server.url}/{one}/Packages")) for one in "ab"]
        assert {name: offer.version for name, offer in newest(places, {"nginx"}, fetcher).items()} == {"nginx": "1.10-1"}
        with pytest.raises(ValueError, match="is not available"):
            newest([Index("deb", (f"{server.url}/c/Packages",))], {"nginx"}, fetcher)
