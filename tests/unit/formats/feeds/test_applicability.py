import msgspec

from careen.formats.feeds.applicability import Configuration, affected
from careen.model.advisory import Range

KNOWN = {"acme:server", "acme:server:enterprise", "acme:other"}
LINUX = {"criteria": "cpe:2.3:o:linux:linux_kernel:-:*:*:*:*:*:*:*", "vulnerable": False}
WINDOWS = {"criteria": "cpe:2.3:o:microsoft:windows:-:*:*:*:*:*:*:*", "vulnerable": False}
MODULE = {"criteria": "cpe:2.3:a:acme:module:-:*:*:*:*:*:*:*", "vulnerable": False}


def cpe(version="*", update="*", edition="*", sw_edition="*", target="*", product="server"):
    return f"cpe:2.3:a:acme:{product}:{version}:{update}:{edition}:*:{sw_edition}:{target}:*:*"


def affected_by(*nodes, operator="OR", **more):
    document = [{"operator": operator, "nodes": [{"operator": "OR", "cpeMatch": list(node)} for node in nodes], **more}]
    return affected(msgspec.convert(document, list[Configuration]), KNOWN)


def test_ends_of_ranges():
    found = affected_by(
        [
            {"criteria": cpe(), "versionEndExcluding": "1.2"},
            {"criteria": cpe(), "versionStartIncluding": "2.0", "versionEndIncluding": "2.4"},
            {"criteria": cpe(), "versionStartExcluding": "3.0", "versionEndExcluding": "3.1"},
            {"criteria": cpe(), "versionStartIncluding": "4.0"},
        ]
    )
    assert list(found["acme:server"].ranges) == [
        Range(None, "1.2"),
        Range("2.0", None, "2.4"),
        Range("3.0", "3.1", None, after=True),
        Range("4.0"),
    ]
    assert found["acme:server"].doubtful is False


def test_versions_with_their_updates():
    found = affected_by(
        [{"criteria": cpe("9.6", "p1")}, {"criteria": cpe("1.0", "rc1")}, {"criteria": cpe("2.0")}, {"criteria": cpe("-")}]
    )
    assert [(one.introduced, one.last_affected) for one in found["acme:server"].ranges] == [
        ("9.6p1", "9.6p1"),
        ("1.0rc1", "1.0rc1"),
        ("2.0", "2.0"),
    ]


def test_every_version_there_ever_was_is_doubtful():
    assert affected_by([{"criteria": cpe()}])["acme:server"].doubtful is True
    assert affected_by([{"criteria": cpe()}, {"criteria": cpe(), "versionEndExcluding": "2"}])["acme:server"].doubtful is False


def test_platforms():
    server = [{"criteria": cpe(), "versionEndExcluding": "2"}]
    windows = affected_by(server, [WINDOWS], operator="AND")["acme:server"]
    assert (list(windows.ranges), list(windows.elsewhere), windows.systems) == ([], [Range(None, "2")], {"windows"})
    solaris = {"criteria": "cpe:2.3:o:oracle:solaris:11:*:*:*:*:*:*:*", "vulnerable": False}
    assert affected_by(server, [WINDOWS, solaris], operator="AND")["acme:server"].systems == {"windows", "other"}
    oracle_linux = {"criteria": "cpe:2.3:o:oracle:linux:8:*:*:*:*:*:*:*", "vulnerable": False}
    assert list(affected_by(server, [oracle_linux], operator="AND")["acme:server"].ranges) == [Range(None, "2")]
    assert affected_by(server, [LINUX], operator="AND")["acme:server"].doubtful is False
    assert affected_by(server, [WINDOWS, LINUX], operator="AND")["acme:server"].doubtful is False
    assert affected_by(server, [MODULE], operator="AND")["acme:server"].doubtful is True


def test_other_targets_and_editions_are_other_products():
    end = {"versionEndExcluding": "2"}
    found = affected_by(
        [
            {"criteria": cpe(target="wordpress"), **end},
            {"criteria": cpe(target="windows"), **end},
            {"criteria": cpe(sw_edition="enterprise"), **end},
            {"criteria": cpe(sw_edition="community", product="other"), **end},
        ]
    )
    assert set(found) == {"acme:server", "acme:server:enterprise", "acme:other"}
    assert (list(found["acme:server"].ranges), len(found["acme:server"].elsewhere)) == ([], 1)


def test_criteria_that_are_not_vulnerable_unknown_negated_or_malformed_are_passed_over():
    end = {"versionEndExcluding": "2"}
    assert affected_by([{"criteria": cpe(), "vulnerable": False, **end}]) == {}
    assert affected_by([{"criteria": cpe(product="unknown"), **end}]) == {}
    assert affected_by([{"criteria": cpe(), **end}], negate=True) == {}
    assert affected_by([{"criteria": "cpe:2.3:a:acme:server", **end}]) == {}
    assert affected_by([{"criteria": "cpe:/a:acme:server:1", **end}]) == {}
