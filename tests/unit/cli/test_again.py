import shlex

from careen.cli import db, fix, scan
from careen.cli.again import FlagsAgain
from careen.cli.arguments import given


def again(*flags):
    return FlagsAgain(scan.parser().read(["image", *flags]))


def test_without_flags_there_is_nothing_to_repeat():
    for flags in ((), ("--quiet", "--format", "json", "--all", "-o", "x")):
        assert set(again(*flags).values()) == {""}


def test_the_next_command_reads_what_this_one_read():
    flags = (
        "--offline", "--cache-dir", "/a b/$(c)", "--platform", "linux/arm64", "--db", "2026-01-02", "--db-max-age", "off",
        "--ignore-unfixed", "--ignore-file", "x", "--ignore-file", "y z", "--scanners", "vuln,secret", "--no-insecure",
        "--mirrors", "a=b", "--severity", "high", "--config", "c.toml", "--fail-on", "high",
    )  # fmt: skip
    first = scan.parser().read(["image", *flags])
    words = shlex.split(FlagsAgain(first)["careen fix"])
    second = fix.parser().read(["image", *words])
    known = {action.dest for action in fix.parser()._actions}
    seen = {key: value for key, value in given(second).items() if value is not None}
    assert seen == {key: value for key, value in given(first).items() if key in known}
    assert second.config == first.config
    assert {"offline", "cache_dir", "platform", "db", "db_max_age", "scanners", "mirrors"} <= given(second).keys()


def test_each_command_gets_the_flags_that_it_has():
    found = again("--cache-dir", "c", "--platform", "linux/arm64", "--offline")
    assert shlex.split(found["careen db update"]) == ["--cache-dir", "c"]
    db.parser().read(["update", *shlex.split(found["careen db update"])])
    scan.parser().read(["image", "--debug", *shlex.split(found["careen scan"])])


def test_switches_keep_their_sense():
    assert again("--no-offline")["careen fix"] == "--no-offline"
    assert again("--no-cache")["careen fix"] == "--no-cache"
    assert again("--cache")["careen fix"] == "--cache"


def test_credentials_of_an_address_are_left_out():
    found = again("--db-from", "https://user:s3cret@h/x?sig=s3cret", "--mirrors", "a=https://u:s3cret@b", "--ignore-file=-x")
    assert shlex.split(found["careen db update"]) == ["--db-from", "https://h/x"]
    assert shlex.split(found["careen scan"]) == ["--db-from", "https://h/x", "--mirrors", "a=https://b", "--ignore-file=-x"]
    assert given(scan.parser().read(["image", *shlex.split(found["careen scan"])]))["ignore_file"] == ["-x"]
