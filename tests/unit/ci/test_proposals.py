"""One open request for each image: opened, updated, left alone; never a second one."""

import difflib

import pytest
from tests.support.forge_world import DOCKERFILE, SERVICES, world

from careen.ci.proposals import FixPlan, description, propose
from careen.errors import InputError, UsageError
from careen.model.plan import Action, Staying, Upgrade


@pytest.fixture(params=SERVICES)
def forge(request):
    with world(request.param) as (memory, client, _):
        yield memory, client


def plan_of(line="RUN apt-get install -y openssl\n", path="Dockerfile", reference="registry.example/shop:1.0", **fields):
    old = DOCKERFILE.decode().splitlines(keepends=True)
    diff = "".join(difflib.unified_diff(old, [old[0], line, *old[1:]], f"a/{path}", f"b/{path}"))
    upgrade = Upgrade("openssl", "1.0", "1.1", 3, "pkg:deb/debian/openssl@1.0")
    action = Action("apt", "", "dockerfile", "apt-get install -y openssl", (upgrade,), 3)
    known = {"before": 5, "after": 1, "after_dockerfile": 2, "actions": (action,), "stays": (Staying("no fix", 2),)}
    return FixPlan(reference=reference, diff=diff, **{**known, **fields})


def fixed(memory):
    (branch,) = [name for name in memory.branches if name != "main"]
    return memory.commits[memory.branches[branch]][2]["Dockerfile"].decode()


def test_it_opens_a_request_with_one_commit_on_the_base(forge):
    memory, client = forge
    done = propose(client, plan_of(), "Dockerfile", "main")
    assert (done.outcome, done.url) == ("opened", "https://forge.example/1")
    assert fixed(memory) == "FROM debian:12\nRUN apt-get install -y openssl\nRUN make\n"
    (request,) = memory.requests.values()
    assert request["title"] == "Fix 3 findings in registry.example/shop"
    assert request["base"] == "main" and request["head"].startswith("careen/fix-shop-")
    assert "`openssl` `1.0` → `1.1`: 3" in request["body"]
    assert memory.beyond(memory.branches["main"], memory.branches[request["head"]])[0].startswith("Fix 3 findings")


def test_the_same_fix_again_changes_nothing(forge):
    memory, client = forge
    propose(client, plan_of(), "Dockerfile", "main")
    before = len(memory.commits)
    assert propose(client, plan_of(), "Dockerfile", "main").outcome == "unchanged"
    assert (len(memory.commits), len(memory.requests)) == (before, 1)


def test_another_fix_updates_the_open_request_and_a_new_tag_is_the_same_image(forge):
    memory, client = forge
    propose(client, plan_of(), "Dockerfile", "main")
    newer = plan_of(
        "RUN apt-get install -y openssl zlib1g\n", reference="registry.example/shop:2.0@sha256:" + "0" * 64, before=9
    )
    assert propose(client, newer, "Dockerfile", "main").outcome == "updated"
    assert "zlib1g" in fixed(memory)
    (request,) = memory.requests.values()
    assert request["title"] == "Fix 7 findings in registry.example/shop"


def test_the_branch_follows_its_base(forge):
    memory, client = forge
    propose(client, plan_of(), "Dockerfile", "main")
    memory.add("main", memory.branches["main"], "more", {"other": b"x"})
    propose(client, plan_of("RUN apt-get install -y zlib1g\n"), "Dockerfile", "main")
    (branch,) = [name for name in memory.branches if name != "main"]
    assert memory.commits[memory.branches[branch]][0] == memory.branches["main"]


def test_each_image_and_each_dockerfile_has_its_own(forge):
    memory, client = forge
    propose(client, plan_of(), "Dockerfile", "main")
    propose(client, plan_of(reference="registry.example/other:1.0"), "Dockerfile", "main")
    propose(client, plan_of(path="a b/Dockerfile"), "a b/Dockerfile", "main")
    assert len(memory.requests) == 3 and len(memory.branches) == 4


def test_commits_of_others_on_the_branch_are_kept(forge):
    memory, client = forge
    propose(client, plan_of(), "Dockerfile", "main")
    (branch,) = [name for name in memory.branches if name != "main"]
    theirs = memory.add(branch, memory.branches[branch], "my own change", {"Dockerfile": b"FROM mine\n"})
    assert propose(client, plan_of("RUN other\n"), "Dockerfile", "main").outcome == "taken"
    assert memory.branches[branch] == theirs


def test_a_request_that_was_closed_stays_closed_until_the_fix_is_another(forge):
    memory, client = forge
    propose(client, plan_of(), "Dockerfile", "main")
    memory.requests[1]["state"] = "closed"
    assert propose(client, plan_of(), "Dockerfile", "main").outcome == "declined"
    assert propose(client, plan_of("RUN other\n"), "Dockerfile", "main").outcome == "opened"
    assert len(memory.requests) == 2


def test_a_merged_one_is_no_refusal(forge):
    memory, client = forge
    propose(client, plan_of(), "Dockerfile", "main")
    memory.requests[1].update(state="closed", merged=True)
    assert propose(client, plan_of(), "Dockerfile", "main").outcome == "opened"


def test_nothing_to_change_asks_nobody(forge):
    memory, client = forge
    plan = FixPlan("registry.example/shop", 5, 5, 5, (), ())
    assert propose(client, plan, "Dockerfile", "main").outcome == "nothing"
    assert not memory.requests


def test_a_file_that_differs_from_the_diff_is_an_error(forge):
    memory, client = forge
    memory.add("main", memory.branches["main"], "changed", {"Dockerfile": b"FROM other\n"})
    with pytest.raises(InputError, match="does not fit Dockerfile"):
        propose(client, plan_of(), "Dockerfile", "main")
    assert not memory.requests and len(memory.branches) == 1


@pytest.mark.parametrize("path", ["../Dockerfile", "/etc/passwd", "a/../../x", ""])
def test_only_files_of_the_repository(forge, path):
    with pytest.raises(UsageError):
        propose(forge[1], plan_of(), path, "main")


HOSTILE = "`](https://evil.example) <img src=x> @everyone fixes #1 ::error::x\n\n${{ secrets.TOKEN }}\u202e"


def test_text_of_an_image_is_code_in_the_description():
    upgrade = Upgrade(HOSTILE, HOSTILE, HOSTILE, 1, "")
    action = Action("apt", HOSTILE, "dockerfile", HOSTILE, (upgrade,), 1)
    text = description(plan_of(reference=f"x/{HOSTILE}", actions=(action,), stays=(Staying(HOSTILE, 1),)))
    for line in text.splitlines():
        outside = "".join(line.split("`")[::2])
        assert line.count("`") % 2 == 0
        assert not {"evil", "img", "@everyone", "#1", "secrets"} & set(outside.replace("<", " ").replace("(", " ").split())
    assert "\u202e" not in text and "::error" not in text.replace("\\::error", "")


def test_the_title_and_the_branch_have_plain_letters(forge):
    memory, client = forge
    propose(client, plan_of(reference=f"x/{HOSTILE}"), "Dockerfile", "main")
    (request,) = memory.requests.values()
    assert not set("`<>#@${}()\n\u202e") & set(request["title"])
    assert request["head"].replace("careen/fix-", "").replace("-", "").isalnum()
    message = memory.commits[memory.branches[request["head"]]][1]
    assert "#1" not in message
