import base64
import json
import sys

import pytest

from careen.errors import UsageError
from careen.images.credentials import HUB_KEY, Credential, find


def packed(text):
    return base64.b64encode(text.encode()).decode()


@pytest.fixture
def home(tmp_path):
    """``home(config)`` writes Docker's file; ``home.environ`` leads there."""

    def write(document, path=".docker/config.json"):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(document if isinstance(document, str) else json.dumps(document))
        return file

    write.environ = {"HOME": str(tmp_path), "PATH": str(tmp_path / "bin")}
    return write


@pytest.fixture
def helper(tmp_path):
    """A credential helper that knows ``known`` and notes what it was asked."""

    def make(name, known, text=None):
        path = tmp_path / "bin" / f"docker-credential-{name}"
        path.parent.mkdir(exist_ok=True)
        script = (
            "import json, sys\n"
            "server = sys.stdin.read()\n"
            f"open({str(tmp_path / 'asked')!r}, 'a').write(sys.argv[1] + ' ' + server + '\\n')\n"
            f"known = {known!r}\n"
            "if server not in known: print('credentials not found in native keychain'); sys.exit(1)\n"
            "print(json.dumps({'ServerURL': server, 'Username': known[server][0], 'Secret': known[server][1]}))\n"
        )
        path.write_text(f"#!{sys.executable}\n{text or script}")
        path.chmod(0o755)
        return tmp_path / "asked"

    return make


def known(registry, repository="team/app", settings=None, environ=None):
    return find(registry, repository, settings or {}, environ or {}).credential


def test_nothing_is_known(home):
    assert find("ghcr.io", "a/b", {}, home.environ).credential is None
    assert find("ghcr.io", "a/b", {}, {}).troubles == ()


def test_settings_come_first_then_the_environment_then_files(home):
    home({"auths": {"host.test": {"auth": packed("file:one")}}})
    environ = {**home.environ, "CAREEN_REGISTRY_USERNAME": "env", "CAREEN_REGISTRY_PASSWORD": "two"}
    assert known("host.test", environ=home.environ).username == "file"
    assert known("host.test", environ=environ).username == "env"
    given = {"registry_username": "flag", "registry_password": "three"}
    assert known("host.test", settings=given, environ=environ).username == "flag"
    assert known("host.test", settings={"username": "u", "password": "p"}, environ=environ).username == "u"


def test_a_password_alone_is_a_token_and_a_user_alone_a_mistake():
    assert known("host.test", environ={"CAREEN_REGISTRY_PASSWORD": "token"}).bearer == "token"
    with pytest.raises(UsageError, match="no password"):
        known("host.test", environ={"CAREEN_REGISTRY_USERNAME": "ann"})


@pytest.mark.parametrize(
    ("key", "registry"),
    [
        ("host.test", "host.test"),
        ("host.test:5000", "host.test:5000"),
        ("https://host.test", "host.test"),
        ("https://host.test/", "host.test"),
        ("https://host.test/v2/", "host.test"),
        ("http://host.test:5000/v1/", "host.test:5000"),
        ("HOST.test", "host.test"),
        (HUB_KEY, "docker.io"),
        ("docker.io", "docker.io"),
        ("registry-1.docker.io", "docker.io"),
    ],
)
def test_names_of_registries_in_the_file(home, key, registry):
    home({"auths": {"other.test": {"auth": packed("other:no")}, key: {"auth": packed("ann:s3:cret")}}})
    found = known(registry, environ=home.environ)
    assert (found.username, found.password) == ("ann", "s3:cret")
    assert known("host.test.evil.test", environ=home.environ) is None
    assert known("ahost.test", environ=home.environ) is None


def test_the_longest_path_wins(home):
    home(
        {
            "auths": {
                "host.test": {"auth": packed("all:1")},
                "host.test/team": {"auth": packed("team:1")},
                "host.test/team/app": {"auth": packed("app:1")},
            }
        },
        ".config/containers/auth.json",
    )
    assert known("host.test", "team/app", environ=home.environ).username == "app"
    assert known("host.test", "team/other", environ=home.environ).username == "team"
    assert known("host.test", "teams/app", environ=home.environ).username == "all"


def test_tokens_in_the_file(home):
    home({"auths": {"a.test": {"identitytoken": "i"}, "b.test": {"registrytoken": "r"}, "c.test": {}}})
    assert known("a.test", environ=home.environ).identity_token == "i"
    assert known("b.test", environ=home.environ).bearer == "r"
    assert known("c.test", environ=home.environ) is None


def test_where_files_are_looked_for(home, tmp_path):
    one = {"auths": {"host.test": {"auth": packed("one:1")}}}
    environ = home.environ
    file = home(one, "elsewhere/config.json")
    assert known("host.test", environ={**environ, "DOCKER_CONFIG": str(file.parent)}).username == "one"
    assert known("host.test", settings={"docker_config": file.parent}, environ=environ).username == "one"
    assert known("host.test", environ={**environ, "REGISTRY_AUTH_FILE": str(file)}).username == "one"
    home(one, "run/containers/auth.json")
    assert known("host.test", environ={**environ, "XDG_RUNTIME_DIR": str(tmp_path / "run")}).username == "one"
    home(one, "xdg/containers/auth.json")
    assert known("host.test", environ={**environ, "XDG_CONFIG_HOME": str(tmp_path / "xdg")}).username == "one"
    assert known("host.test", environ={"DOCKER_AUTH_CONFIG": json.dumps(one)}).username == "one"


def test_a_helper_for_one_registry(home, helper):
    asked = helper("cloud", {"host.test": ("ann", "s3cret")})
    home({"credHelpers": {"host.test": "cloud"}, "credsStore": "absent", "auths": {"x.test": {"auth": packed("x:y")}}})
    found = known("host.test", environ=home.environ)
    assert (found.username, found.password, found.source) == ("ann", "s3cret", "docker-credential-cloud")
    assert asked.read_text() == "get host.test\n"


def test_a_store_for_all_registries(home, helper):
    helper("store", {HUB_KEY: ("hub", "1"), "https://old.test/v1/": ("old", "2"), "host.test": ("<token>", "refresh")})
    home({"credsStore": "store", "auths": {HUB_KEY: {}, "https://old.test/v1/": {}, "host.test": {}}})
    assert known("docker.io", environ=home.environ).username == "hub"
    assert known("old.test", environ=home.environ).username == "old"
    assert known("host.test", environ=home.environ).identity_token == "refresh"
    assert find("unknown.test", "a", {}, home.environ).troubles == ()


def test_what_the_store_does_not_know_may_stand_in_the_file(home, helper):
    helper("store", {})
    home({"credsStore": "store", "auths": {"host.test": {"auth": packed("ann:1")}}})
    assert known("host.test", environ=home.environ).username == "ann"


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("import sys; sys.exit(1)", "failed with code 1"),
        ("print('s3cret in the clear')", "gave no credential"),
        ("print('x' * 3_000_000)", "cannot be used"),
        (None, None),
    ],
)
def test_a_helper_that_fails_stops_nothing_and_is_reported(home, helper, text, trouble):
    helper("broken", {}, text)
    home({"credsStore": "broken"})
    found = find("host.test", "a", {}, home.environ)
    assert found.credential is None
    assert ("docker-credential-broken" in "".join(found.troubles)) == bool(trouble)
    assert (trouble or "") in "".join(found.troubles)
    assert "s3cret" not in "".join(found.troubles)


def test_a_helper_that_is_not_installed(home):
    home({"credsStore": "desktop.exe"})
    found = find("docker.io", "library/nginx", {}, home.environ)
    assert found.credential is None
    assert "docker-credential-desktop.exe cannot be used" in found.troubles[0]


@pytest.mark.parametrize("name", ["../evil", "a/b", "x; id", "", None, 3, "-" * 200])
def test_names_of_helpers_are_not_paths(home, name):
    started = []
    home({"credHelpers": {"host.test": name}})
    found = find("host.test", "a", {}, home.environ, start=lambda *a, **k: started.append(a))
    assert found.credential is None and started == []


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{", '{"auths": 3}', '{"auths": {"host.test": 3}}', '{"auths": {"host.test": {"auth": "%%"}}}']
)
def test_malformed_files_stop_nothing(home, text):
    home(text)
    found = find("host.test", "a", {}, home.environ)
    assert found.credential is None
    assert bool(found.troubles) == (text in ("", "null", "[]", "{"))


def test_secrets_do_not_show_in_logs():
    shown = repr(Credential("ann", "s3cret", "identity", "bearer", "file"))
    assert "ann" in shown and not any(word in shown for word in ("s3cret", "identity", "bearer"))
