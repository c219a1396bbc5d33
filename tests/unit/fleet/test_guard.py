"""Addresses inside are refused and logged unless they are listed, wherever a user's host leads."""

import json

import pytest
from tests.support.registries.fleet import close_fleets, enrolled, known_names, new_project, small_fleet
from tests.support.servers import Answer, Server

from careen.config import Settings
from careen.errors import NotListedError
from careen.fleet import guard, registries
from careen.fleet.asking import Login, asked_of
from careen.fleet.crawl import crawl
from careen.fleet.queue import RetryError
from careen.fleet.tables import registry
from careen.net import NetSettings, make_fetcher

INSIDE = [
    "https://127.0.0.1/", "https://localhost:5000/", "https://[::1]/", "https://0.0.0.0/", "https://10.1.2.3/",
    "https://192.168.0.1:8443/x", "https://172.16.0.1/", "https://169.254.169.254/latest/meta-data/", "https://[fe80::1]/",
    "https://[fd00:ec2::254]/", "https://100.100.100.200/", "https://168.63.129.16/", "https://2852039166/", "https://0x7f.1/",
    "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://inside.example/", "https://metadata.example/",
]  # fmt: skip
NO_WEB = [
    "file:///etc/passwd",
    "http+unix://%2Frun%2Fdocker.sock/v1",
    "ftp://example.com/",
    "https://",
    "gopher://x/",
    "https://a b/",
]


@pytest.fixture(autouse=True)
def names(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    known_names(
        monkeypatch, inside_example="10.9.8.7", metadata_example="169.254.169.254", public_example="93.184.216.34",
        loop_example="127.0.0.1",
    )  # fmt: skip
    yield
    close_fleets()


@pytest.mark.parametrize("url", [*INSIDE, *NO_WEB])
def test_refused_and_logged(url, caplog):
    assert guard.allowed(url, ())
    with pytest.raises(NotListedError, match=r"the webhook at .* is refused: "):
        guard.check(url, (), "the webhook")
    assert "the webhook was refused" in caplog.text


def test_what_may_be_asked():
    assert guard.allowed("https://public.example/v2/", ()) == ""
    assert guard.allowed("https://inside.example/", ("inside.example",)) == ""
    assert guard.allowed("https://inside.example/", ("10.0.0.0/8",)) == ""
    assert guard.allowed("https://127.0.0.1:5000/", ("127.0.0.1:5000",)) == ""
    assert guard.allowed("https://127.0.0.1:5001/", ("127.0.0.1:5000",))
    assert guard.allowed("https://metadata.example/", ("10.0.0.0/8", "*", "*.example"))
    assert "user name" in guard.allowed("https://ann:s3cret@public.example/", ())


def test_a_pattern_of_the_settings_opens_nothing_inside():
    assert guard.allowed("https://inside.example/", ("*.example",))
    assert guard.guarded(NetSettings(), ("*", "*.example", "a.example")).only == ("*", "a.example")


def test_hints_name_the_flag_of_the_server():
    with fetcher() as ours, pytest.raises(NotListedError) as caught:
        ours.request("https://loop.example:5000/v2/")
    assert caught.value.hint == "careen serve --private-hosts loop.example:5000, if you trust it"


def fetcher():
    return make_fetcher(guard.guarded(NetSettings(attempts=1), ()), sleep=lambda _: None)


def test_the_address_of_the_connection_counts(monkeypatch):
    """A name that is public when it is checked, and leads inside a moment later."""
    with Server(lambda _: Answer(body=b"secret")) as server:
        monkeypatch.setattr("careen.net.addresses._addresses", lambda *_: ["93.184.216.34"])
        with fetcher() as ours, pytest.raises(NotListedError, match="in a private network"):
            ours.request(f"https://loop.example:{server.port}/")
        assert server.requests == []


def small(tmp_path, *hosts):
    return small_fleet(tmp_path, private_hosts=hosts)


def test_a_registry_inside_is_not_added(tmp_path, caplog):
    fleet = small(tmp_path)
    with pytest.raises(NotListedError):
        registries.add(fleet, new_project(fleet), "169.254.169.254/x")
    assert "the registry was refused" in caplog.text


def test_a_registry_that_moves_inside_later_is_not_asked(tmp_path, monkeypatch, caplog):
    fleet = small(tmp_path)
    registries.add(fleet, new_project(fleet), "public.example")
    known_names(monkeypatch, public_example="127.0.0.1")
    with Server(lambda _: Answer()) as server:
        with fleet.engine.begin() as connection:
            connection.execute(registry.update().values(host=f"public.example:{server.port}"))
        with pytest.raises(RetryError):
            crawl(fleet, 1)
        assert server.requests == []
    assert "registry 1" in caplog.text


@pytest.mark.parametrize("way", ["realm", "redirect"])
def test_a_listed_registry_leads_nowhere_inside(tmp_path, monkeypatch, caplog, way):
    """Neither its token service nor a redirect gets a request on this machine, and the password stays here."""
    enrolled(monkeypatch)
    with Server(lambda _: Answer(body=b'{"token": "x"}')) as inside:

        def answer(request):
            if way == "redirect" and request.path != "/v2/":
                return Answer(302, headers={"Location": f"http://localhost:{inside.port}{request.path}"})
            if request.path == "/v2/" or way == "redirect":
                return Answer()
            return Answer(401, headers={"WWW-Authenticate": f'Bearer realm="http://localhost:{inside.port}/token"'})

        with Server(answer) as server:
            fleet = small(tmp_path, server.host)
            registries.add(fleet, new_project(fleet), server.host, login=Login("ann", "s3cret") if way == "realm" else None)
            with pytest.raises(RetryError):
                crawl(fleet, 1)
            assert inside.requests == []
    assert "was not contacted" in caplog.text or "plain HTTP" in caplog.text
    assert "s3cret" not in caplog.text


def test_no_helper_is_asked_about_a_host_inside(tmp_path, monkeypatch):
    """The operator's own credentials are used for marked registries alone, and only where a server may ask."""
    folder = tmp_path / "docker"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"credHelpers": {"public.example": "mine", "inside.example": "mine"}}))
    asked = []
    monkeypatch.setattr("careen.images.credentials._of_helper", lambda *given: (asked.append(given[1]), (None, ""))[1])
    fleet = small_fleet(tmp_path, docker_config=folder)
    project = new_project(fleet)
    registries.add(fleet, project, "public.example/a")
    registries.add(fleet, project, "public.example/b", login=Login(helper=True))
    assert asked_of(fleet, 1).credential() is None
    assert asked == []
    asked_of(fleet, 2).credential()
    assert asked == ["public.example"]
    with fleet.engine.begin() as connection:
        connection.execute(registry.update().where(registry.c.id == 2).values(host="inside.example"))
    from careen.errors import InputError

    with pytest.raises(InputError, match="no helper is asked"):
        asked_of(fleet, 2).credential()
    assert asked == ["public.example"]


def test_the_servers_own_list():
    assert guard.listed(Settings(cache_dir="/x", private_hosts=("a.example", "10.0.0.0/8"))) == ("a.example", "10.0.0.0/8")
