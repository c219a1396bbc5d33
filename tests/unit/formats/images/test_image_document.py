"""What the checks ask an image document."""

import pytest

from careen.formats.images.image_document import described

PASSWD = """\
files:
  etc/passwd: |
    root:x:0:0:root:/root:/bin/bash
    app:x:1000:1001::/srv:/bin/sh
    broken line
    huge:x:99999999999999999999:1::/:/bin/sh
  etc/group: |
    app:x:1001:
    wheel:x:10:root,app
"""


@pytest.mark.parametrize(
    ("user", "name", "uid", "gid"),
    [
        ("", "root", 0, 0),
        ("root", "root", 0, 0),
        ("0", "root", 0, 0),
        ("app", "app", 1000, 1001),
        ("1000:10", "app", 1000, 10),
        ("4711", "4711", 4711, None),
        ("nobody", "nobody", None, None),
    ],
)
def test_the_user_is_looked_up(user, name, uid, gid):
    found = described(f"config: {{user: '{user}'}}\n{PASSWD}").user
    assert (found.name, found.uid, found.gid) == (name, uid, gid)


def test_groups_are_the_own_and_the_joined():
    assert described(f"config: {{user: app}}\n{PASSWD}").user.groups == ("app", "wheel")


def test_shadow_has_the_last_word():
    document = described(PASSWD + "  etc/shadow: |\n    root:*:1::::::\n    app::1::::::\n")
    assert {account.name: account.password for account in document.accounts} == {"root": "*", "app": ""}


def test_what_is_started():
    document = described(
        "config: {entrypoint: [run, /opt/../srv/x.sh, ./y.sh, --flag], working_dir: /app, env: ['PATH=/usr/bin:/opt/bin']}\n"
        "files: {opt/bin/run: {mode: '0777'}}"
    )
    assert document.programs == ("opt/bin/run", "srv/x.sh", "app/y.sh")


def test_ports():
    assert described("config: {exposed_ports: ['80', 22/tcp, 5000-5002/udp, x/tcp]}").ports == (
        (80, "tcp"),
        (22, "tcp"),
        (5000, "udp"),
        (5002, "udp"),
    )


@pytest.mark.parametrize("text", ["- 1", "config: 1", "files: [1]", "files: {a: {mode: [1]}}", "config: {user: 1}", "a: *b"])
def test_an_invalid_description_is_refused(text):
    with pytest.raises(ValueError):
        described(text)
