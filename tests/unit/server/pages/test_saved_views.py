"""Saved views: from a list with filters to a name, and back."""

from tests.support.filled_service import send


def test_a_view_is_saved_followed_and_removed(service):
    service.add_image("sha256:1", service.id, critical=1)
    browser, start = service.browser(service.admin), f"/projects/{service.id}"
    listed = browser.get(f"{start}/images?severity=critical")
    assert "Save this view" in listed.text
    form = browser.get(f"{start}/views?path={start}/images%3Fseverity%3Dcritical")
    assert send(browser, form, f"{start}/views", name="<b>worst", path="images?severity=critical").status_code == 303
    shown = browser.get(f"{start}/views")
    assert "&lt;b&gt;worst" in shown.text and "<b>worst" not in shown.text
    assert browser.get(f"{start}/views/1").headers["location"] == f"{start}/images?severity=critical"
    assert browser.get(f"{start}/views/9").status_code == 404
    for path in ("https://evil.test", "//evil.test", "javascript:alert(1)", "../../logout"):
        assert send(browser, form, f"{start}/views", name="odd", path=path).status_code in (400, 422)
    assert send(browser, shown, f"{start}/views/1/remove").status_code == 303
    assert "No saved view yet" in browser.get(f"{start}/views").text
