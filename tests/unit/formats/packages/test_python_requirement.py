import pytest
from tests.support.work import ends

from careen.formats.packages.python_requirement import distinct, pinned, requirement


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("click==8.0.0", ("click", "8.0.0")),
        ("  Flask   === 2.0.0 ", ("Flask", "2.0.0")),
        ("Jinja2==3.0.0#comment", ("Jinja2", "3.0.0")),
        ("SomeProject ==5.4 ; python_version < '3.8'", ("SomeProject", "5.4")),
        ("celery[redis, pytest]==4.4.7", ("celery", "4.4.7")),
        ("name (==1.0)", ("name", "1.0")),
        ("FrIeNdLy-_-bArD == 1.0.0", ("FrIeNdLy-_-bArD", "1.0.0")),
        ("local-version == 1.2.3+gcr.2", ("local-version", "1.2.3+gcr.2")),
        ("name>=1.0,==1.5", ("name", "1.5")),
        ("name == 1.0 --hash=sha256:2cf2", ("name", "1.0")),
        ("name @ https://host.example/a/name-1.0-py3-none-any.whl#sha256=0", ("name", "1.0")),
        ("name @ https://host.example/a/name-1.0-2-py3-none-any.whl ; os_name == 'nt'", ("name", "1.0")),
        ("name @ git+https://git.example/name@v1.0", ("name", "")),
        ("name", ("name", "")),
        ("name >= 1.0 # not == 2.0", ("name", "")),
        ("name; python_version == '3.8'", ("name", "")),
        ("name==2.8.*", ("name", "")),
        ("name~=1.1", ("name", "")),
        ("==2.3.4", None),
        ("-r other.txt", None),
        ("--hash=sha256:abc", None),
        ("# name==1.0", None),
        ("./folder", None),
        ("name with words==1.0", None),
        ("", None),
        ("x" * 5000, None),
    ],
)
def test_requirement(text, expected):
    assert requirement(text) == expected


def test_lines_that_go_on():
    lines = ["argh==0.26.2 \\", "  --hash=sha256:a9b3 \\", "  --hash=sha256:e953", "bar >= 1.0, \\", "  ==1.1", "last==1 \\"]
    assert list(pinned(lines)) == [("argh", "0.26.2"), ("bar", "1.1"), ("last", "1")]


@pytest.mark.parametrize("piece", ["a", "a.", "[", " ", "=", "==1", "@/", "@a-1-", ";", "\\"])
def test_time_is_linear(piece):
    with ends():
        list(pinned(["name" + piece * (4000 // len(piece))] * 200))
        list(pinned([piece * 1_000_000]))
        list(pinned(["a \\"] * 100_000))


def test_a_name_in_two_spellings_is_one():
    found = [("Flask", "2.0"), ("flask", "2.0"), ("zope.interface", "6.1"), ("zope-Interface", "6.1"), ("flask", "2.1")]
    assert distinct(found) == (("Flask", "2.0"), ("zope.interface", "6.1"), ("flask", "2.1"))
