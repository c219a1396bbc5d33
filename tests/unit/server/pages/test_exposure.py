"""The exposure of an image on its page: the drawing has each box once, and the list has its text."""

import itertools

import msgspec

from .conftest import NEW, OLD

HOSTILE = '"><img src=x onerror=alert(1)>'


def put(client, world, data, source="prod"):
    return client.put(f"{world.path}/exposures/{source}", content=data, headers={"Content-Type": "application/json"})


def step(source, target):
    reasons = [{"text": f"{target} has {HOSTILE}", "places": [{"path": "compose.yaml", "line": 7}]}]
    return {"source": source, "target": target, "reasons": reasons}


def path(*stations, severity="high"):
    steps = [step(*pair) for pair in itertools.pairwise(stations)]
    cuts = [{"changes": [{"text": "remove the mount", "places": []}], "remaining": 1}]
    return {"severity": severity, "score": 20.0, "nodes": stations, "steps": steps, "cuts": cuts}


def document(*paths, image="registry.test/team/app:2", likelihood=0.25):
    nodes = [{"id": id, "kind": "container", "label": f"<b>{id}</b>"} for id in ("internet", "edge", "db")]
    nodes.append({"id": "app", "kind": "container", "label": "app", "likelihood": likelihood, "container": {"image": image}})
    return msgspec.json.encode({"schema": "careen.exposure/1", "nodes": nodes, "paths": paths})


def test_the_page_of_an_image_that_is_exposed(world, browser):
    here = f"{world.pages}/images/{NEW}"
    assert "Not known: no file or cluster that was sent to this server" in browser.get(here).text
    client = world.client(world.key)
    found = put(client, world, document(path("internet", "edge", "app", "db")))
    assert found.json() == {"containers": 1, "reached": 1, "paths": 1}, found.text
    page = browser.get(here).text
    for text in (
        "A path from the Internet leads",
        "likelihood of 25 %",
        "compose.yaml:7",
        "remove the mount",
        "1 path remains",
    ):
        assert text in page
    assert "&lt;b&gt;edge&lt;/b&gt;" in page and "<img src=x" not in page and "<b>edge" not in page
    assert page.count('<rect class="box own"') == 1 and page.count('<rect class="box"') == 3
    assert "Not known: no file or cluster" in browser.get(f"{world.pages}/images/{OLD}").text
    assert client.get(f"{world.path}/images/{NEW}/exposure").json()["exposed"] is True
    assert [one["source"] for one in client.get(f"{world.path}/exposures").json()["items"]] == ["prod"]
    assert client.delete(f"{world.path}/exposures/prod").status_code == 204
    assert client.delete(f"{world.path}/exposures/prod").status_code == 404


def test_what_no_path_leads_to(world, browser):
    put(world.client(world.key), world, document(likelihood=None))
    page = browser.get(f"{world.pages}/images/{NEW}").text
    assert (
        "No path from the Internet leads" in page
        and "not reached from the Internet" in page
        and '<svg class="graph"' not in page
    )


def test_a_document_of_another_kind_is_refused(world):
    client = world.client(world.key)
    for data in (b"{}", b"x", b'{"schema": "careen.report/1", "nodes": [], "paths": []}'):
        assert put(client, world, data).status_code == 422
    assert put(client, world, document(), "..%2Fx").status_code == 404
