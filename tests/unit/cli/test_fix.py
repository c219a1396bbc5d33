from tests.support.reports import clean

from careen.app.dockerfile_patch import diff_of
from careen.cli.fix import MAX_LISTED, _lines
from careen.matching.remedy import Action, Advice, Plan, Staying, Upgrade


def upgrade(number):
    return Upgrade(f"p{number}", "1", "2", number, "")


def action(manager="apt", where="dockerfile", count=1, **changes):
    upgrades = tuple(upgrade(number) for number in range(count))
    values = {"place": "", "command": f"{manager} install a", "removes": 3, **changes}
    return Action(manager, values["place"], where, values["command"], upgrades, values["removes"])


def lines_of(*actions, after=1, after_dockerfile=1, stays=(), advice=()):
    return list(map(str, _lines(clean(), Plan(9, after, after_dockerfile, actions, stays, advice))))


def test_actions_and_what_stays():
    lines = lines_of(
        action(place="usr/src/app"),
        stays=(Staying("no version fixes it yet", 1),),
        advice=(Advice("paid_support", "paid support", 2), Advice("newer_release", "move", 0)),
    )
    assert lines == [
        "registry.example/shop/service:1.4: 9 findings; 1 stay after all of these actions",
        "",
        "1. apt in usr/src/app: removes 3",
        "   apt install a",
        "       0  p0 1 -> 2",
        "",
        "What stays (1)",
        "       1  no version fixes it yet",
        "",
        "What else may help",
        "       2  paid support",
        "          move",
    ]


def test_actions_outside_the_dockerfile():
    assert lines_of(action(), after_dockerfile=4)[1] == "  (4 after those in the Dockerfile alone)"
    assert "Dockerfile" not in " ".join(lines_of(action(where="manifest"), after_dockerfile=4)), "none is in a Dockerfile"


def test_many_upgrades_are_summed_up():
    lines = lines_of(action(count=MAX_LISTED + 2))
    assert lines[-1] == f"   {MAX_LISTED * 2 + 1:>5}  2 more packages"
    assert lines_of(action(count=MAX_LISTED))[-1].endswith("p11 1 -> 2")


def test_nothing_to_do():
    assert lines_of()[-1] == "Nothing in this image can be upgraded to a version that fixes anything."


def test_the_diff_has_the_actions_of_the_dockerfile(tmp_path):
    plan = Plan(9, 1, 1, (action(), action("npm", "beside")), (), ())
    text = "FROM debian:12\n"
    diff = diff_of(clean(), plan, text, tmp_path / "Dockerfile")
    assert "+RUN apt install a" in diff
    assert "npm" not in diff
