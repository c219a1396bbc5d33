import pytest

from careen.editor.repairs.dockerfile import REPAIRS
from careen.editor.repairs.rows import At


def repaired(id, *rows, line=1, end_line=None):
    return next(REPAIRS[id](list(rows), At(line, end_line or line)), None)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("CMD nginx -g 'daemon off;'", 'CMD ["nginx", "-g", "daemon off;"]'),
        ("CMD echo $HOME", None),
        ("CMD a && b", None),
        ("CMD a; b", None),
        ("CMD A=1 b", None),
        ("CMD it's", None),
        ('ENTRYPOINT ["a"]', None),
    ],
)
def test_only_a_command_that_needs_no_shell_gets_the_exec_form(before, after):
    assert repaired("DKR-018", before) == ([after] if after else None)


def test_the_end_of_a_continued_instruction():
    made = repaired("DKR-057", "RUN a \\", "  && apt-get update \\", "  && b", "CMD x", line=2)
    assert made[2:] == ["  && b \\", "    && rm -rf /var/lib/apt/lists/*", "CMD x"]


def test_the_user_is_set_before_the_command_of_the_last_stage():
    made = repaired("DKR-022", "FROM a AS b", "CMD x", "FROM a", "ENTRYPOINT y", line=3)
    assert made == ["FROM a AS b", "CMD x", "FROM a", "USER 10001", "ENTRYPOINT y"]
    assert repaired("DKR-022", "FROM a", "", "") == ["FROM a", "USER 10001", "", ""]


@pytest.mark.parametrize(
    ("before", "after"),
    [("ENV A b", "ENV A=b"), ("ENV A b c", 'ENV A="b c"'), ("ENV A say \"x\"", 'ENV A="say \\"x\\""'), ("ENV A b \\", None)],
)  # fmt: skip
def test_pairs(before, after):
    assert repaired("DKR-094", before) == ([after] if after else None)


def test_one_place_at_a_time():
    assert repaired("DKR-056", "RUN apt-get install -y a") == ["RUN apt-get install --no-install-recommends -y a"]
