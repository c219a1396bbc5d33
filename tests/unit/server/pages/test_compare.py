"""Two images side by side."""

from msgspec.structs import replace
from tests.support.reports import usual

from careen.fleet import reports
from careen.server.pages import compare

from .conftest import NEW, OLD


def test_what_is_new_and_what_is_gone(world, browser, monkeypatch):
    whole = usual()
    fewer = replace(whole, findings=whole.findings[1:])
    monkeypatch.setattr(reports, "report_of", lambda fleet, project_id, identity: whole if identity == NEW else fewer)
    page = browser.get(f"{world.pages}/compare?from={OLD}&to={NEW}").text
    assert "<b>1</b> new" in page
    assert "<b>0</b> gone" in page
    assert "<b>8</b> unchanged" in page
    assert "CVE-2023-5678" in page
    back = browser.get(f"{world.pages}/compare?from={NEW}&to={OLD}&export=json").json()["items"]
    assert [(row["change"], row["id"]) for row in back] == [("gone", "CVE-2023-5678")]


def test_layers_in_both_are_those_from_the_base_upward(world, browser, monkeypatch):
    whole = usual()
    layer = whole.image.layers[0]
    pairs = {OLD: (("a", ""), ("", "b"), ("", "")), NEW: (("a", ""), ("", "b"), ("", ""), ("a", ""))}

    def report_of(fleet, project_id, identity):
        layers = tuple(replace(layer, diff_id=diff_id, digest=digest) for diff_id, digest in pairs[identity])
        return replace(whole, image=replace(whole.image, layers=layers))

    monkeypatch.setattr(reports, "report_of", report_of)
    assert "<b>2</b> layers in both" in browser.get(f"{world.pages}/compare?from={OLD}&to={NEW}").text


def test_the_page_states_which_advisories_count(world, browser, monkeypatch):
    monkeypatch.setattr(reports, "report_of", lambda fleet, project_id, identity: usual())
    address = f"{world.pages}/compare?from={OLD}&to={NEW}"
    assert "Both by today's advisories" in browser.get(address).text
    monkeypatch.setattr(compare, "is_report", lambda visit, image: image["identity"] == NEW)
    page = browser.get(address).text
    assert "registry.test/team/app:2: an uploaded report, with the findings of its own day" in page
    assert "Both by today's" not in page


def test_a_choice_is_asked_for(world, browser):
    page = browser.get(f"{world.pages}/compare?to={NEW}").text
    assert "Choose two images" in page
    unknown = browser.get(f"{world.pages}/compare?from=<b>sha256:unknown&to={NEW}")
    assert unknown.status_code == 404 and "No image that you see is named" in unknown.text and "<b>sha256" not in unknown.text


def test_tags_are_compared_by_their_names(world, browser, monkeypatch):
    monkeypatch.setattr(reports, "report_of", lambda fleet, project_id, identity: usual())
    page = browser.get(f"{world.pages}/compare?from=team/app:1&to=team/app:latest").text
    assert "<b>9</b> unchanged" in page and "Swap before and after" in page
    assert f'href="{world.pages}/images/{NEW}">registry.test/team/app:2</a>' in page


def test_several_images_of_a_name_are_a_choice(world, browser):
    page = browser.get(f"{world.pages}/compare?from=registry.test&to={NEW}").text
    assert "Which one?" in page and f"from={OLD.replace(':', '%3A')}" in page


def test_the_page_of_an_image_offers_what_to_compare_it_with(world, browser, monkeypatch):
    monkeypatch.setattr(reports, "report_of", lambda fleet, project_id, identity: usual())
    page = browser.get(f"{world.pages}/images/{NEW}").text
    assert f'<option value="{OLD}">registry.test/team/app:latest, 1970-01-01</option>' in page
    links = browser.get(f"{world.pages}/compare?to={NEW}").text
    assert "Earlier under the same tag" in links and f"from={OLD.replace(':', '%3A')}" in links
