"""From a registry to a tag and its history."""

from .conftest import NEW, OLD


def test_from_a_registry_to_a_tag(world, browser):
    assert f"{world.pages}/registries/{world.registry}" in browser.get(f"{world.pages}/registries").text
    assert f"{world.pages}/repositories/{world.repository}" in browser.get(f"{world.pages}/registries/{world.registry}").text
    repository = browser.get(f"{world.pages}/repositories/{world.repository}").text
    assert f"{world.pages}/repositories/{world.repository}/tags/latest" in repository
    assert f"{world.pages}/images/{NEW}" in repository
    assert 'class="cover partially_assessed"' in repository


def test_the_history_of_a_tag(world, browser):
    page = browser.get(f"{world.pages}/repositories/{world.repository}/tags/latest").text
    assert page.index(f"/images/{NEW}") < page.index(f"/images/{OLD}") < page.index("gone</span>")
    assert f"compare?from={OLD.replace(':', '%3A')}&amp;to={NEW.replace(':', '%3A')}" in page
    assert page.count('<rect class="fill critical"') == 2  # of the two images that are known
    assert 'class="fill unread"' in page  # one that is gone: nothing is known about it
    rows = browser.get(f"{world.pages}/repositories/{world.repository}/tags/latest?export=json").json()["items"]
    assert [row["identity"] for row in rows] == [NEW, OLD, "sha256:gone"]
    assert [row["image.counts.high"] for row in rows] == [2, 9, None]


def test_what_is_of_another_project_is_not_there(world):
    other = world.add_project("other")
    reader = world.browser(world.add_user("rita", role="reader", project_id=other))
    addresses = [
        f"registries/{world.registry}",
        f"repositories/{world.repository}",
        f"repositories/{world.repository}/tags/latest",
    ]
    for address in [
        *addresses,
        f"images/{NEW}",
        f"images/{NEW}/findings",
        f"images/{NEW}/packages",
        f"compare?from={NEW}&to={OLD}",
    ]:
        for project in (world.id, other):
            found = reader.get(f"/projects/{project}/{address}")
            assert found.status_code == 404
            assert "team/app" not in found.text
    for address in (
        "registries",
        "images",
        "search?q=team",
        "search?q=severity:critical",
        "vulnerabilities/CVE-2021-44228",
        "",
    ):
        assert "team/app" not in reader.get(f"/projects/{other}/{address}".rstrip("/")).text
