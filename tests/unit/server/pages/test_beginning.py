"""The first five minutes: no page without a next step, and three ways in."""

from msgspec.structs import replace
from tests.support.filled_service import CSRF, send
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


def test_an_archive_without_a_name_is_named_by_its_file(service):
    browser, start = service.browser(service.admin), f"/projects/{service.id}"
    page = browser.get(f"{start}/start")
    content = json_of(replace(usual(), image=replace(usual().image, reference="")))
    answer = send(browser, page, f"{start}/upload", files={"file": ("C:\\tmp\\shop-\u202e.json", content)})
    assert answer.status_code == 303
    assert "<h1>shop-\\u202e.json</h1>" in browser.get(answer.headers["location"]).text.replace("%5C", "\\")


def test_a_file_that_is_too_large_leads_on(service, monkeypatch):
    browser, start = service.browser(service.admin), f"/projects/{service.id}"
    page = browser.get(f"{start}/start")
    assert 'data-most="67108864"' in page.text and "At most 64 MiB" in page.text
    data, files = {"csrf": CSRF.search(page.text)[1]}, {"file": ("big.tar", b"x" * (66 << 20))}
    came_from = {"Referer": f"http://{browser.base_url.netloc.decode()}{start}/start"}
    answer = browser.post(f"{start}/upload", data=data, files=files, headers=came_from)
    assert answer.status_code == 413
    assert "The file is too large" in answer.text and "careen scan FILE --server URL" in answer.text
    assert f'href="{start}/start">Back</a>' in answer.text
    elsewhere = browser.post(f"{start}/upload", data=data, files=files, headers={"Referer": "http://elsewhere.test/start"})
    assert elsewhere.status_code == 413 and "Back</a>" not in elsewhere.text


def test_one_image_is_scanned(service):
    browser, start = service.browser(service.admin), f"/projects/{service.id}"
    page = browser.get(f"{start}/start")
    answer = send(browser, page, f"{start}/scan", reference=" r.test/app:1 ")
    assert answer.status_code == 303 and "/images/sha256:" in answer.headers["location"]
    wrong = send(browser, page, f"{start}/scan", reference='"><script>alert(1)</script> x')
    assert wrong.status_code in (400, 422) and "<script>alert" not in wrong.text
