import pytest
from tests.support.work import ends

from careen.formats.dockerfile.parse import parse


def one(text):
    (instruction,) = parse(text).instructions
    return instruction


def test_lines_are_joined_and_remembered():
    run = one("RUN a \\\n  # kept\n  && b \\\n\n  && c\n")
    assert run.text == "a   && b   && c"
    assert (run.line, run.end_line) == (1, 5)
    assert [run.line_at(run.text.index(letter)) for letter in "abc"] == [1, 3, 5]
    assert run.empty_continuation == 4


def test_a_line_may_go_on_at_the_end_of_the_file():
    assert one("RUN a \\").text == "a"
    assert one("RUN a \\\n").empty_continuation is None


def test_flags_come_before_the_words():
    copy = one('COPY --from=build --chown="a b" -- x /y')
    assert copy.flags == ("--from=build", "--chown=a b")
    assert copy.words == ("x", "/y")
    assert copy.flag("from") == "build"
    assert copy.flag("link") is None


def test_exec_and_shell_form():
    assert one('CMD ["a", "b c"]').words == ("a", "b c")
    assert one('CMD ["a", "b c"]').json
    assert one("CMD ['a']").words == ("['a']",)
    assert one("HEALTHCHECK --interval=5s CMD curl -f x").words == ("CMD", "curl -f x")


@pytest.mark.parametrize(
    "text", ["", "# only\n# comments", "ENV NAME", "LABEL a=b c", 'CMD ["a", 1]', "RUN <<EOF\nnever ends", "#escape=x\nFROM a"]
)
def test_a_text_that_is_not_a_dockerfile_is_refused(text):
    with pytest.raises(ValueError):
        parse(text)


def test_an_error_names_its_line():
    with pytest.raises(ValueError, match="line 2: ENV"):
        parse("FROM a\nENV B")


def test_pairs_of_both_forms():
    assert one("ENV a=1 b='x y' c=\"d\"").pairs == (("a", "1", "="), ("b", "'x y'", "="), ("c", '"d"', "="))
    assert one("ENV a b c").pairs == (("a", "b c", ""),)
    assert one("ARG a b=1").pairs == (("a", "", ""), ("b", "1", "="))


def test_directives_stand_at_the_top_alone():
    assert parse("# syntax=docker/dockerfile:1\n# escape=`\n# check=skip=all\nFROM a").directives == {
        "syntax": "docker/dockerfile:1",
        "escape": "`",
        "check": "skip=all",
    }
    assert parse("# hello\n# escape=`\nFROM a").directives == {}
    assert [i.text for i in parse("# escape=`\nFROM a`\n  b\nCOPY c:\\ d").instructions] == ["a  b", "c:\\ d"]


def test_here_documents():
    run = one("RUN <<EOF bash\necho $a\n\n# no comment\nEOF\n")
    assert run.heredocs[0].content == "echo $a\n\n# no comment\n"
    assert (run.heredocs[0].line, run.end_line, run.heredocs[0].expand) == (2, 5, True)
    copy = one("COPY <<-'A' <<\"B\" /x/\n\tone\n\tA\ntwo\nB")
    assert [(doc.name, doc.content, doc.expand) for doc in copy.heredocs] == [("A", "\tone\n", False), ("B", "two\n", False)]
    assert not one("RUN echo '<<EOF'").heredocs
    assert one("RUN << EOF\na\nEOF").heredocs[0].name == "EOF"


def test_comments_above_and_anywhere():
    parsed = parse("# far\n\n# near\n#   nearer\nFROM a\nRUN b \\\n # within\n c")
    assert [comment.text for comment in parsed.instructions[0].comments] == ["near", "nearer"]
    assert [(comment.text, comment.line) for comment in parsed.comments][-1] == ("within", 7)


def test_onbuild_contains_its_trigger():
    outer = one("ONBUILD COPY --chown=a b c")
    assert outer.trigger is not None
    assert (outer.trigger.keyword, outer.trigger.flags, outer.trigger.words) == ("COPY", ("--chown=a",), ("b", "c"))
    with pytest.raises(ValueError):
        parse("ONBUILD " * 50 + "RUN a")


def test_windows_line_ends_and_a_byte_order_mark():
    assert [i.text for i in parse("\ufeffFROM a\r\nRUN b \\\r\n c\r\n").instructions] == ["a", "b  c"]


def test_limits():
    with pytest.raises(ValueError, match="lines"):
        parse("RUN a\n" * 60_000)
    with pytest.raises(ValueError, match="larger"):
        parse("RUN " + "a" * 5_000_000)


def test_blanks_in_a_directive_take_linear_time():
    with ends("blanks"):
        assert parse("# syntax=a" + " " * 1_000_000 + "b\nFROM a").directives["syntax"].endswith("b")
    assert parse("# syntax = a/b:1  \r\n# check=skip=all\nFROM a").directives == {"syntax": "a/b:1", "check": "skip=all"}
