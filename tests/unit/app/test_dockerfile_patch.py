import shutil
import subprocess

import pytest

from careen.app.dockerfile_patch import Line, base_of, patch

TEXT = """\
# syntax=docker/dockerfile:1
FROM node:18 AS web
RUN npm ci && \\
    npm run build

FROM python:3.11-slim
WORKDIR /app
RUN pip install -r requirements.txt
COPY --from=web /dist /app
USER app
CMD ["app"]
"""


def applied(text, lines, tmp_path, **more):
    (tmp_path / "Dockerfile").write_bytes(text.encode())
    diff = patch(text, "Dockerfile", lines, **more)
    if shutil.which("patch") is None:
        pytest.skip("no patch here: what the diffs do is not tested")
    done = subprocess.run(["patch", "-p1", "--binary"], input=diff.encode(), cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return (tmp_path / "Dockerfile").read_bytes().decode()


def test_each_line_is_in_its_place(tmp_path):
    lines = [Line("pip", "pip install a==1"), Line("", "apt-get x"), Line("npm", "npm install b@1")]
    assert applied(TEXT, lines, tmp_path).splitlines() == [
        "# syntax=docker/dockerfile:1",
        "FROM node:18 AS web",
        "RUN npm ci && \\",
        "    npm run build",
        "RUN npm install b@1",
        "",
        "FROM python:3.11-slim",
        "RUN apt-get x",
        "WORKDIR /app",
        "RUN pip install -r requirements.txt",
        "RUN pip install a==1",
        "COPY --from=web /dist /app",
        "USER app",
        'CMD ["app"]',
    ]


def test_where_nothing_calls_the_program(tmp_path):
    text = 'FROM x\nCOPY . /app\nUSER app\nEXPOSE 80\nCMD ["x"]'
    assert applied(text, [Line("npm", "npm i")], tmp_path) == (
        'FROM x\nCOPY . /app\nRUN npm i\nUSER app\nEXPOSE 80\nCMD ["x"]\n'
    )


@pytest.mark.parametrize("mark", ["\x0c", "\x0b", "\x1c", "\x85", "\u2028", "\r"])
def test_other_marks_end_no_line(tmp_path, mark):
    text = f"# a{mark}b\nFROM x\r\nCMD y\n"
    assert applied(text, [Line("", "apt-get x")], tmp_path) == f"# a{mark}b\nFROM x\r\nRUN apt-get x\nCMD y\n"


def test_nothing_can_run_before_the_files_of_a_stage_from_scratch(tmp_path):
    text = "FROM debian AS b\nFROM scratch\nCOPY --from=b / /\n{}CMD y\n"
    line = [Line("", "apt-get x")]
    assert applied(text.format(""), line, tmp_path) == text.format("RUN apt-get x\n")
    user = "USER app\nADD a b\n"
    assert applied(text.format(user), line, tmp_path) == text.format(f"{user}USER root\nRUN apt-get x\nUSER app\n")
    assert base_of(text) == ""


def test_a_file_without_a_last_line_end(tmp_path):
    assert applied("FROM x", [Line("", "apt-get x")], tmp_path) == "FROM x\nRUN apt-get x\n"


@pytest.mark.parametrize(
    "user", ["app\nRUN curl evil", "app\rRUN x", "a b", "$HOME", "a\\", "a:b:c", "-x", "a\u2028b", "a" * 300]
)
def test_the_user_that_an_image_states_adds_no_instruction(tmp_path, user):
    assert applied("FROM x\nCMD y\n", [Line("", "apt-get x")], tmp_path, user=user) == "FROM x\nRUN apt-get x\nCMD y\n"


@pytest.mark.parametrize(("user", "rows"), [("", 1), ("0", 1), ("root:root", 1), ("1000", 3), ("nonroot", 3), ("app:1000", 3)])
def test_as_root(tmp_path, user, rows):
    after = applied("FROM x\nCMD y\n", [Line("", "apt-get x")], tmp_path, user=user).splitlines()
    assert len(after) == 2 + rows
    if rows == 3:
        assert after[1:4] == ["USER root", "RUN apt-get x", f"USER {user}"]


def test_nothing_to_add():
    assert patch(TEXT, "Dockerfile", []) == ""


@pytest.mark.parametrize("text", ["", "RUN x\n", "# only a comment\n"])
def test_a_text_that_is_not_a_dockerfile_is_refused(text):
    with pytest.raises(ValueError):
        patch(text, "f", [Line("", "x")])


@pytest.mark.parametrize(
    ("text", "base"),
    [
        (TEXT, "python:3.11-slim"),
        ("FROM --platform=linux/amd64 debian:12 AS a\nFROM a AS b\nFROM B\n", "debian:12"),
        ("FROM scratch\n", ""),
        ("RUN x\n", ""),
    ],
)
def test_the_base_of_the_last_stage(text, base):
    assert base_of(text) == base
