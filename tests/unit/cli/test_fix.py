import json

import pytest
from msgspec.structs import replace
from tests.support.reports import clean

from careen.app.dockerfile_patch import diff_of
from careen.cli.fix import MAX_LISTED, _lines
from careen.cli.main import main
from careen.model.plan import NOTHING, Action, Advice, Change, Plan, Repair, Staying, Upgrade
from careen.model.report import Reason


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
        "registry.example/shop/service:1.4: 9 vulnerabilities; 1 stay after all of these actions",
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


def test_files_that_another_plan_is_for_are_named():
    reason = Reason("container_files", "", subjects=("Dockerfile", "compose.yaml"))
    lines = list(map(str, _lines(clean("partially_assessed", (reason,)), NOTHING)))
    assert lines[-1] == "Not in this plan: Dockerfile, compose.yaml (careen fix FILE, for each)"


@pytest.fixture
def dockerfile(tmp_path, monkeypatch):
    record = {
        "id": "CVE-2030-0001",
        "modified": "2030-01-01T00:00:00Z",
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": "django"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.2.9"}]}],
            }
        ],
    }
    (tmp_path / "advisories").mkdir()
    (tmp_path / "advisories" / "one.json").write_text(json.dumps(record))
    (tmp_path / "Dockerfile").write_text("FROM scratch\nRUN pip install django==3.2.0\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAREEN_CACHE_DIR", str(tmp_path / "cache"))
    return ["Dockerfile", "--advisories", "advisories", "--offline"]


def test_the_plan_of_a_dockerfile_is_about_what_its_build_installs(dockerfile, capsys):
    main(["fix", *dockerfile])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Dockerfile: 1 vulnerability; 0 stay after all of these actions"
    assert lines[2:5] == ["1. pip in Dockerfile: removes 1", "   set django to 3.2.9", "       1  django 3.2.0 -> 3.2.9"]
    main(["fix", *dockerfile, "--format", "json"])
    assert json.loads(capsys.readouterr().out)["actions"][0]["removes"] == 1
    main(["explain", "CVE-2030-0001", *dockerfile])
    assert "django 3.2.0: FOUND" in capsys.readouterr().out


def test_a_dockerfile_is_no_image_of_another_one(dockerfile, capsys):
    assert main(["fix", *dockerfile, "--dockerfile", "Dockerfile"]) == 2
    assert "Dockerfile is no image" in capsys.readouterr().err


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


@pytest.mark.parametrize(
    "manager", ["pip", "pip --target", "pip cache", "uv cache", "conda", "conda cache", "npm -g", "yarn resolutions"]
)
def test_a_command_of_a_language_follows_the_calls_of_its_manager(tmp_path, manager):
    plan = Plan(9, 1, 1, (action(manager, "dockerfile"),), (), ())
    text = "FROM debian:12\nRUN conda install a && pip install b && npm ci\nCOPY . /app\n"
    rows = diff_of(clean(), plan, text, tmp_path / "Dockerfile").splitlines()
    assert rows[rows.index(" COPY . /app") - 1].startswith("+RUN ")


@pytest.mark.parametrize(
    ("text", "is_root"),
    [
        ("FROM x\nCOPY users /u\nRUN useradd b\n", True),
        ("FROM x AS a\nUSER b\nFROM a\n", True),
        ("FROM x\nUSER b\n", False),
        ("FROM x AS a\nFROM a\nuser b\nRUN y\n", False),
    ],
)
def test_packages_are_upgraded_as_root_if_the_base_has_another_user(tmp_path, text, is_root):
    """The image's user is that of its base unless the last stage sets one."""
    report = clean()
    report = replace(report, image=replace(report.image, config=replace(report.image.config, user="app")))
    diff = diff_of(report, Plan(9, 1, 1, (action(),), (), ()), text, tmp_path / "Dockerfile")
    assert ("+USER root\n+RUN apt install a\n+USER app\n" in diff) == is_root and "+RUN apt install a" in diff


def test_repairs_follow_the_actions():
    repair = Repair("secret", ("token",), "remove it", ("a",), ("Keep a out.", "Revoke it."), (), 2, ("f",))
    user = Repair("misconfiguration", ("IMG-001",), "root", (), (), tuple(f"RUN {n}" for n in range(MAX_LISTED + 1)), 1, ("g",))
    lines = list(map(str, _lines(clean(), Plan(9, 1, 1, (action(),), (), (), repairs=(repair, user)))))
    assert lines[5:11] == ["", "2. remove it: removes 2", "   Keep a out.", "   Revoke it.", "", "3. root: removes 1"]
    assert lines[-1] == "   and 1 more line (--format json lists them)"


def test_without_a_search_for_vulnerabilities_only_repairs_are_listed():
    repair = Repair("behaviour", ("LIF-001",), "Past its end", (), ("Update.",), (), 1, ("f",))
    lines = list(map(str, _lines(clean("not_assessed", (Reason("not_asked", ""),)), replace(NOTHING, repairs=(repair,)))))
    assert lines == [
        "registry.example/shop/service:1.4: vulnerabilities were not looked for (--scanners)",
        "",
        "1. Past its end: removes 1",
        "   Update.",
    ]


def test_places_that_belong_together_and_what_is_not_checked():
    pins = Change("pip", "r.txt", "manifest", "set a to 2")
    both = replace(action("pip", place="/v"), also=(pins,), unchecked="whether it runs")
    lines = list(map(str, _lines(clean(), Plan(9, 1, 4, (both,), (), ()))))
    assert lines[1:6] == [
        "  (4 after those in the Dockerfile alone)", "", "1. pip in /v and r.txt: removes 3", "   pip install a",
        "   in r.txt: set a to 2",
    ]  # fmt: skip
    assert lines[6] == "   not checked: whether it runs"


def test_the_diff_leaves_out_what_a_manifest_needs(tmp_path):
    both = replace(action("pip", place="/v"), also=(Change("pip", "r.txt", "manifest", "set a to 2"),))
    diff = diff_of(clean(), Plan(9, 1, 4, (both,), (), ()), "FROM debian:12\n", tmp_path / "Dockerfile")
    assert "+RUN pip install a" in diff and "r.txt" not in diff and "set a" not in diff
