"""The first five minutes: no page without a next step, and three ways in."""

from tests.support.filled_service import send
from tests.support.reports import usual
from tests.support.service import json_of


def test_no_empty_page_is_without_a_next_step(service):
    browser, start = service.browser(service.admin), f"/projects/{service.id}"
    for address in ("", "/images", "/triage", "/decisions", "/policies", "/views"):
        page = browser.get(f"{start}{address}").text
        main = page.partition("<main")[2].partition("</main>")[0]
        assert 'class="empty"' in main and "<a " in main.partition('class="empty"')[2], address


def test_a_report_is_uploaded(service):
    browser, start = service.browser(service.admin), f"/projects/{service.id}"
    page = browser.get(f"{start}/start")
    files = {"file": ("report.json", json_of(usual()), "application/json")}
    answer = send(browser, page, f"{start}/upload", files=files, name="<b>shop</b>")
    assert answer.headers["location"].startswith(f"{start}/images/upload:{service.id}:")
    assert "&lt;b&gt;shop&lt;/b&gt;" in browser.get(f"{start}/start").text
    for content in (b"", b"<html>", b"\x00" * 100):
        wrong = send(browser, page, f"{start}/upload", files={"file": ("<i>.json", content)}, name="x")
        assert wrong.status_code == 422 and 'role="alert"' in wrong.text


def test_one_image_is_scanned(service):
    browser, start = service.browser(service.admin), f"/projects/{service.id}"
    page = browser.get(f"{start}/start")
    answer = send(browser, page, f"{start}/scan", reference=" r.test/app:1 ")
    assert answer.status_code == 303 and "/images/sha256:" in answer.headers["location"]
    wrong = send(browser, page, f"{start}/scan", reference='"><script>alert(1)</script> x')
    assert wrong.status_code in (400, 422) and "<script>alert" not in wrong.text
