"""Rules of sudo and doas."""

import pytest
from tests.support.work import ends

from careen.formats.images.root_rules import MAX_DEPTH, Person, of_doas, of_sudo

APP = Person("app", 1000, 1000, ("app", "staff"))


def sudo(text):
    return [line for _, line in of_sudo([("etc/sudoers", text)], APP)]


def test_the_line_where_a_continued_rule_begins():
    assert sudo("# first\napp ALL = \\\n  NOPASSWD: ALL\n") == [2]


def test_aliases_within_aliases_and_within_themselves():
    assert sudo("User_Alias A = B : B = C, A : C = app\nA ALL = NOPASSWD: ALL") == [2]
    assert sudo("User_Alias A = B : B = A\nA ALL = NOPASSWD: ALL") == []


def test_aliases_that_are_too_deep_count():
    chain = "\n".join(f"User_Alias A{number} = A{number + 1}" for number in range(20_000))
    assert sudo(f"{chain}\nA0 ALL = NOPASSWD: ALL") == [20_001]
    short = "\n".join(f"User_Alias A{number} = A{number + 1}" for number in range(MAX_DEPTH - 1))
    assert sudo(f"{short}\nA0 ALL = NOPASSWD: ALL") == []


def test_the_last_rule_about_all_commands_counts():
    assert sudo("app ALL = NOPASSWD: ALL\n%staff ALL = ALL\n") == []
    assert sudo("app ALL = NOPASSWD: ALL\n%staff ALL = /bin/ls\n") == [1]
    assert sudo("%staff ALL = ALL\napp ALL = NOPASSWD: ALL\n") == [2]


def test_quotes_escapes_and_numbers_of_groups():
    assert sudo('"%staff" ALL = NOPASSWD: ALL') == [1]
    assert sudo("%\\#1000 ALL = NOPASSWD: ALL") == [1]
    assert sudo("!app, ALL ALL = NOPASSWD: ALL") == [1]


def test_doas_by_number():
    assert of_doas([("etc/doas.conf", "permit nopass 1000\n")], APP) == [("etc/doas.conf", 1)]
    assert of_doas([("etc/doas.conf", "permit nopass :1000 as 0\n")], APP) == [("etc/doas.conf", 1)]
    assert of_doas([("etc/doas.conf", "permit\nnopass app\npermit nopass\n")], APP) == []


@pytest.mark.parametrize(
    "part", ["(", '"', "app ALL=(", "A=A", "setenv {", "app ALL = NOPASSWD: ALL\n", ", !", "\\\n", "ALL=(a,", "Defaults:", "#"]
)
def test_hostile_text(part):
    text = part * (64 * 1024 // len(part))
    with ends():
        of_sudo([("etc/sudoers", f"{before}{text}") for before in ("", "app ALL=", "Defaults ", "User_Alias A=")], APP)
        of_doas([("etc/doas.conf", f"permit {text}")], APP)
