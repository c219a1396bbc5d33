"""Unit files: settings, continued values, words; and the containers that units start."""

import pytest

from careen.formats.services import unit_starts
from careen.formats.services.systemd_unit import read

UNIT = """\
# comment
[Unit]
Description=Web
[Service]
Environment="TAG=1.2" "MODE=a b"
ExecStartPre=-/usr/bin/docker rm web
ExecStart=/usr/bin/docker run --name %n \\
  # in between
  --privileged \\
  -v "/:/host" \\
  nginx:${TAG}
ExecStop=/bin/sh -c 'docker run --net=host tool:1'
"""


def test_settings_and_their_words():
    settings = read(UNIT)
    assert [(one.section, one.key, one.line) for one in settings] == [
        ("Unit", "Description", 3), ("Service", "Environment", 5), ("Service", "ExecStartPre", 6), ("Service", "ExecStart", 7),
        ("Service", "ExecStop", 12),
    ]  # fmt: skip
    assert [word.text for word in settings[1].words()] == ["TAG=1.2", "MODE=a b"]
    assert [(word.text, word.line) for word in settings[3].words()][-3:] == [("-v", 10), ("/:/host", 10), ("nginx:${TAG}", 11)]


def test_containers_of_a_unit():
    web, tool = unit_starts.containers(UNIT, "web.service")
    assert (web.image, web.where("privileged"), web.where("volumes", 0)) == (
        "nginx:1.2",
        ("web.service", 9),
        ("web.service", 10),
    )
    assert (tool.network_mode, tool.node.line) == ("host", 12)


@pytest.mark.parametrize("text", ["", "key=value", "[Section]", "\0" * 100])
def test_no_unit(text):
    with pytest.raises(ValueError):
        read(text)


def test_a_quote_that_nothing_closes():
    assert [word.text for word in read('[S]\nK=a "b c')[0].words()] == ["a", '"b c']
