import pytest

from careen.errors import InputError
from careen.images.names import Reference, parse_reference

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "registry", "repository", "tag", "digest"),
    [
        ("nginx", "docker.io", "library/nginx", "latest", None),
        ("nginx:1.25", "docker.io", "library/nginx", "1.25", None),
        ("team/app", "docker.io", "team/app", "latest", None),
        ("docker.io/nginx", "docker.io", "library/nginx", "latest", None),
        ("index.docker.io/team/app:x", "docker.io", "team/app", "x", None),
        ("localhost/app", "localhost", "app", "latest", None),
        ("localhost:5000/app:1", "localhost:5000", "app", "1", None),
        ("127.0.0.1:5000/a/b/c", "127.0.0.1:5000", "a/b/c", "latest", None),
        ("[::1]:5000/app", "[::1]:5000", "app", "latest", None),
        ("Registry.Example.test/app", "registry.example.test", "app", "latest", None),
        ("ghcr.io/team/app_one/x-y.z__w:V1.0-rc.1", "ghcr.io", "team/app_one/x-y.z__w", "V1.0-rc.1", None),
        (f"nginx@{DIGEST}", "docker.io", "library/nginx", None, DIGEST),
        (f"ghcr.io/a/b:1.0@{DIGEST}", "ghcr.io", "a/b", "1.0", DIGEST),
        ("localhost:5000", "docker.io", "library/localhost", "5000", None),
    ],
)
def test_references(text, registry, repository, tag, digest):
    assert parse_reference(text) == Reference(registry, repository, tag, digest)


@pytest.mark.parametrize(
    ("text", "name", "host"),
    [
        ("nginx", "nginx:latest", "registry-1.docker.io"),
        ("docker.io/team/app:1", "team/app:1", "registry-1.docker.io"),
        (f"ghcr.io/a/b@{DIGEST}", f"ghcr.io/a/b@{DIGEST}", "ghcr.io"),
    ],
)
def test_names_for_people_and_hosts_to_ask(text, name, host):
    reference = parse_reference(text)
    assert (str(reference), reference.host) == (name, host)


@pytest.mark.parametrize(
    "text",
    [
        *("", "/", ":", "@", "nginx:", "nginx:a b", "nginx:-x", "nginx:" + "x" * 129, "ngi nx", "nginx@latest", "a//b"),
        *("nginx@sha256:abc", "-nginx", "nginx-", "a..b", "../etc/passwd", "host.test/../x", "ho st.test/x", "a" * 300),
        *("host.test:port/x", "host_a.test/x", "[::1/x", "nginx\n", "nginx:1\n", "ｎginx", "host.test/", "@" + DIGEST),
        *("nginx?x=1", "nginx#x", "a%2Fb", "user:pw@host.test/x", "host.test:123456/x"),
    ],
)
def test_an_invalid_reference_is_refused(text):
    with pytest.raises(InputError) as caught:
        parse_reference(text)
    assert caught.value.exit_code == 3
    assert caught.value.hint
    assert "\n" not in str(caught.value)


def test_hints_state_how_it_is_written():
    with pytest.raises(InputError) as caught:
        parse_reference("ghcr.io/Team/App:V1")
    assert "ghcr.io/team/app:V1" in caught.value.hint
    with pytest.raises(InputError) as caught:
        parse_reference("Team/app")
    assert "team/app" in caught.value.hint
    with pytest.raises(InputError) as caught:
        parse_reference("Team/app:::1")
    assert "lower case" not in caught.value.hint
    with pytest.raises(InputError, match="is an address") as caught:
        parse_reference("https://ghcr.io/team/app")
    assert "https://" in caught.value.hint
    with pytest.raises(InputError, match="ID of an image"):
        parse_reference("0123456789abcdef" * 4)
