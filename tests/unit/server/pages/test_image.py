"""An image: its page, its findings with filters, its packages."""

import csv
import io
import re

from .conftest import NEW


def test_the_page_of_an_image(world, browser):
    page = browser.get(f"{world.pages}/images/{NEW}").text
    for text in ("What to do first", "CVE-2021-44228", "Where it runs", "Deployment/app", "Layers", "assessed in part only"):
        assert text in page
    assert "Why it is found" in page
    assert "partial_source" in page


def test_what_to_do_comes_before_what_the_image_is(world, browser):
    page = browser.get(f"{world.pages}/images/{NEW}").text
    assert page.index("What to do first") < page.index("About this image") < page.index("Most important findings")
    assert "<dt>Scanned</dt>" not in page  # the page is made anew for each reader; "Assessed" is in the reader's zone


def test_it_says_why_lists_count_fewer(world, browser):
    page = browser.get(f"{world.pages}/images/{NEW}").text
    assert re.search(r"Lists of images count [\d,]+ of these findings: only vulnerabilities", page)


def test_a_step_leads_to_its_findings(world, browser):
    page = browser.get(f"{world.pages}/images/{NEW}/findings?step=0").text
    assert "Only what this removes" in page
    assert "1 of 9 findings" in page
    assert browser.get(f"{world.pages}/images/{NEW}/findings?step=99").status_code == 404
    assert browser.get(f"{world.pages}/images/{NEW}/findings?step=x").status_code == 404


def test_findings_are_filtered_and_exported(world, browser):
    here = f"{world.pages}/images/{NEW}/findings"
    assert "9 of 9 findings" in browser.get(here).text
    assert "1 of 9 findings" in browser.get(f"{here}?severity=critical").text
    assert "1 of 9 findings" in browser.get(f"{here}?only=exploited").text
    assert "3 of 9 findings" in browser.get(f"{here}?q=linux").text
    assert "0 of 9 findings" in browser.get(f"{here}?q=%3Cscript%3E").text
    rows = list(csv.DictReader(io.StringIO(browser.get(f"{here}?severity=critical&export=csv").text)))
    assert [row["id"] for row in rows] == ["CVE-2021-44228"]


def test_pages_of_findings_begin_after_one(world, browser, monkeypatch):
    monkeypatch.setattr("careen.server.pages.image.PAGE", 4)
    here = f"{world.pages}/images/{NEW}/findings"
    first = browser.get(here).text
    assert "1 to 4" in first
    following = first[first.index('rel="next" href="') + 17 :].partition('"')[0]
    second = browser.get(following).text
    assert "5 to 8" in second


def test_an_image_that_waits_says_for_what(service):
    service.add_image("sha256:9", service.id, state="reading")
    service.add_image("sha256:8", service.id, state="failed", reason="<i>the layer</i> is no archive")
    browser = service.browser(service.admin)
    page = browser.get(f"/projects/{service.id}/images/sha256:9").text
    assert "It is not ready yet" in page
    assert "does not mean that it has none" in page
    page_of_failed = f"/projects/{service.id}/images/sha256:8"
    failed = browser.get(page_of_failed).text
    assert "&lt;i&gt;the layer&lt;/i&gt; is no archive" in failed
    assert "Look again" in page and "Try again" in failed
    assert "Try again" not in service.browser(service.add_user("eve", role="reader")).get(page_of_failed).text
    assert browser.get(f"/projects/{service.id}/images/sha256:9/findings").status_code == 404


def test_packages(world, browser):
    assert "No package was found in it" in browser.get(f"{world.pages}/images/{NEW}/packages").text
