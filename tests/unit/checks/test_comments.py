from tests.support.work import ends

from careen.checks.comments import comments_in_dockerfile, comments_in_lines
from careen.formats.dockerfile.reader import read_dockerfile
from careen.plugins import Check

CHECKS = (
    Check("DKR-001", "A", "low", "W.", "F.", ("Hadolint DL3002", "BuildKit One"), lambda _: (), ("",), ("",)),
    Check("DKR-002", "B", "low", "W.", "F.", ("Hadolint DL3006",), lambda _: (), ("",), ("",)),
)


def ignored(text):
    return [
        (sorted(one.ids), one.first, one.last, one.reason) for one in comments_in_dockerfile(read_dockerfile(text, "D"), CHECKS)
    ]


def test_our_comments_apply_to_the_next_instruction_or_their_own():
    assert ignored("FROM a\n# careen:ignore DKR-001, DKR-002 tested apart\n\nRUN b \\\n # careen:ignore DKR-001\n c\n") == [
        (["DKR-001", "DKR-002"], 4, 6, "tested apart"),
        (["DKR-001"], 4, 6, ""),
    ]
    assert ignored("# careen:ignore-file DKR-001 -- all of it\nFROM a") == [(["DKR-001"], None, None, "all of it")]
    assert ignored("FROM a\n# careen:ignore DKR-001\n") == []


def test_those_of_hadolint():
    text = "# hadolint global ignore=DL3006\nFROM a\n# hadolint ignore=DL3002,DL9999 # why\nUSER root\n"
    text += "# hadolint ignore=DL3002\n\nRUN b"
    assert ignored(text) == [(["DKR-002"], None, None, ""), (["DKR-001"], 4, 4, "why")]
    assert ignored("FROM a\n# hadolint stage ignore=DL3002\nFROM b\nRUN c\nFROM d") == [(["DKR-001"], 3, 4, "")]


def test_the_directive_of_the_builder():
    assert ignored("# check=skip=One,Two;error=true\nFROM a") == [(["DKR-001"], None, None, "# check=skip=One,Two;error=true")]
    assert ignored("# check=skip=all\nFROM a")[0][0] == ["DKR-001"]


def test_lines_of_yaml():
    text = "a: 1 # careen:ignore K8S-001 here\n# careen:ignore CMP-002\n\n# more\nb: 2\n"
    text += "# careen:ignore-file RBC-003 all\nc: '# careen:ignored'\n"
    assert [(sorted(one.ids), one.first, one.reason, one.source) for one in comments_in_lines(text, "f")] == [
        (["K8S-001"], 1, "here", "f:1"),
        (["CMP-002"], 5, "", "f:2"),
        (["RBC-003"], None, "all", "f:6"),
    ]


def test_many_comments_take_linear_time():
    with ends("comments"):
        assert len(comments_in_lines("# careen:ignore K8S-001 x\n" * 100_000 + "a: b\n", "f")) == 100_000
        text = "# hadolint ignore=DL3006\n" * 24_000 + "FROM a\n" + "# careen:ignore DKR-001\nRUN a\n" * 12_000
        assert len(comments_in_dockerfile(read_dockerfile(text), CHECKS)) == 36_000
        blanks = " " * 200_000
        text = f"# hadolint ignore=DL3006{blanks},DL3002\nFROM a\n# careen:ignore DKR-001{blanks},DKR-002\nRUN a"
        found = comments_in_dockerfile(read_dockerfile(text), CHECKS)
        assert [sorted(one.ids) for one in found] == [["DKR-001", "DKR-002"]] * 2
        text = "# hadolint stage ignore=DL3006\nFROM a\n" * 24_000
        assert len(comments_in_dockerfile(read_dockerfile(text), CHECKS)) == 24_000
