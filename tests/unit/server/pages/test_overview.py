"""The overview: what is new, what is worst, how much is known; older data turn it grey."""

from datetime import UTC, datetime

from tests.support.fleet_units import database_with
from tests.support.matching import advisory, info
from tests.support.service import body_of

from careen.fleet import advisories
from careen.fleet.connection import writing
from careen.fleet.tables import event, event_project, image

from .conftest import GREY, NEW


def test_it_leads_to_what_it_counts(world, browser):
    page = browser.get(world.pages).text
    assert "<b>3</b> images" in page
    assert f'{world.pages}/images?severity=critical"><b>1</b>' in page
    assert "<b>1<small> of 1</small></b> running images have critical vulnerabilities" in page
    assert f"{world.pages}/images/{NEW}" in page
    assert page.index("team/app:2") < page.index("team/app:1")


def test_images_that_wait_hide_no_other(world, browser):
    for number in range(10, 20):
        world.add_image(f"sha256:{number:064x}", world.id, reference=f"registry.test/new:{number}", state="reading")
    fix = browser.get(world.pages).text.partition('<section id="fix"')[2].partition("</section>")[0]
    assert "team/app:2" in fix and "new:1" not in fix


def test_it_leads_to_what_people_ask_first(world, browser):
    page = browser.get(world.pages).text
    actions = page[page.index('class="actions"') : page.index("</div>", page.index('class="actions"'))]
    assert 'href="#fix">What to fix first' in actions and f'href="{world.pages}/coverage">What was not assessed' in actions
    assert page.index('<section id="fix"') < page.index("team/app:2")


def test_without_images_nothing_is_to_be_fixed(service):
    assert "What to fix first" not in service.browser(service.admin).get(f"/projects/{service.id}").text


def fetch(world):
    database_with(world.fleet, [info(unfixed=True), advisory()], datetime.now(UTC).isoformat(timespec="seconds"))


def test_what_is_not_assessed_has_a_colour_of_its_own(world, browser):
    fetch(world)
    page = browser.get(world.pages).text
    assert "1 of 3 images are assessed, 1 in part, 1 not" in page
    assert '<rect class="fill assessed" width="333.3' in page


def test_older_data_turn_it_grey(world, browser):
    fetch(world)
    with writing(world.fleet.engine) as connection:
        advisories._note(connection, {"debian": "<b>the server</b> answered 500"})
    page = browser.get(world.pages).text
    assert "Some advisories could not be fetched" in page
    assert "debian: &lt;b&gt;the server&lt;/b&gt; answered 500" in page
    assert 'class="tile critical grey"' in page
    meter = page[page.index('class="meter"') : page.index("</svg>", page.index('class="meter"'))]
    assert "fill assessed" not in meter


def test_advisories_that_are_missing_turn_it_grey(world, browser):
    page = browser.get(world.pages).text
    assert "There are no advisories yet" in page
    assert 'class="tile critical grey"' in page


def test_it_says_when_the_advisories_were_fetched(world, browser):
    fetch(world)
    page = browser.get(world.pages).text
    assert "Advisories fetched <time" in page
    assert "There are no advisories yet" not in page


def test_what_is_assessed_in_part_leads_to_the_reasons(world, browser):
    page = browser.get(world.pages).text
    assert f'href="{world.pages}/images/{NEW}#coverage">assessed in part' in page


def test_findings_without_a_severity_are_counted(world, browser):
    with writing(world.fleet.engine) as connection:
        connection.execute(image.update().where(image.c.identity == GREY).values(unrated=194))
    page = browser.get(world.pages).text
    assert 'title="194 unknown"' in page
    assert "none known" not in page


def test_the_three_clocks(world, browser):
    events = (
        ("disclosed", {"vulnerability": "CVE-2026-1"}, True),
        ("fix_available", {"vulnerability": "CVE-2026-1"}, True),
        ("disclosed", {"vulnerability": "CVE-2026-9"}, False),  # no image of the project has it
        ("introduced", {"image_id": 2, "detail": b'{"count": 4}'}, True),
    )
    with writing(world.fleet.engine) as connection:
        for kind, values, is_own in events:
            made = event.insert().values(at=2.0, kind=kind, severity="high", **values)
            number = connection.execute(made).inserted_primary_key[0]
            if is_own:
                connection.execute(event_project.insert().values(project_id=world.id, event_id=number, images=1))
    page = browser.get(world.pages).text
    assert page.count(f"{world.pages}/vulnerabilities/CVE-2026-1") == 2
    assert "CVE-2026-9" not in page
    assert "4 that no other image of the project has" in page


def test_an_empty_project_has_a_next_step(service):
    browser = service.browser(service.admin)
    page = browser.get(f"/projects/{service.id}").text
    assert "careen registry add" in page and "/registries/" not in page
    body_of(service.client(service.key).post(f"{service.path}/registries", json={"host": "r.test"}))
    page = browser.get(f"/projects/{service.id}").text
    assert "Nothing has come from the registry yet" in page and f"/projects/{service.id}/registries/1" in page
