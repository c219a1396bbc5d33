"""Lists: filters in the address, pages by key, exports."""

import csv
import io
import json
import re

import pytest


@pytest.fixture
def many(service):
    for number in range(60):
        service.add_image(
            f"sha256:{number:064x}", service.id, reference=f"r.test/app:{number:02}", risk=number * 1000, critical=number % 2
        )
    return service


def links(page) -> list[str]:
    return re.findall(r'/images/(sha256:[0-9a-f]{64})"', page.text)


def test_filters_sort_and_pages_are_in_the_address(many):
    browser = many.browser(many.admin)
    first = browser.get(f"/projects/{many.id}/images")
    assert len(links(first)) == 50
    following = re.search(r'rel="next" href="([^"]+)"', first.text)[1].replace("&amp;", "&")
    second = browser.get(following)
    assert len(links(second)) == 10
    assert not set(links(first)) & set(links(second))
    critical = browser.get(f"/projects/{many.id}/images?severity=critical")
    assert len(links(critical)) == 30
    assert f'href="/projects/{many.id}/images" aria-current="true"' in critical.text  # the pill takes itself out
    assert "careen query severity:critical" in critical.text
    assert browser.get(f"/projects/{many.id}/images?severity=odd").status_code == 400
    assert browser.get(f"/projects/{many.id}/images?cursor=odd").status_code == 422


def test_an_export_has_all_rows_and_no_formula(many):
    many.add_image(f"sha256:{99:064x}", many.id, reference="=HYPERLINK(1)", risk=1)
    browser = many.browser(many.admin)
    found = browser.get(f"/projects/{many.id}/images?export=csv")
    assert found.headers["content-disposition"] == 'attachment; filename="images.csv"'
    rows = list(csv.DictReader(io.StringIO(found.text)))
    assert len(rows) == 61
    assert rows[0]["risk"] == "59.0"
    assert "'=HYPERLINK(1)" in {row["reference"] for row in rows}
    items = json.loads(browser.get(f"/projects/{many.id}/images?severity=critical&export=json").text)["items"]
    assert len(items) == 30
    assert browser.get(f"/projects/{many.id}/images?export=exe").status_code == 400


def test_names_of_images_stay_text(service):
    service.add_image("sha256:1", service.id, reference='<img src=x onerror="alert(1)">\u202e', distribution="</table><script>")
    page = service.browser(service.admin).get(f"/projects/{service.id}/images").text
    assert "&lt;img src=x onerror=" in page
    assert "<img" not in page
    assert "</table><script>" not in page
    assert "\u202e" not in page


def test_what_is_not_assessed_is_never_shown_as_assessed(service):
    service.add_image("sha256:1", service.id, coverage="not_assessed")
    page = service.browser(service.admin).get(f"/projects/{service.id}/images").text
    assert 'class="cover not_assessed"' in page
    assert "none known" in page
    assert 'class="cover assessed"' not in page
