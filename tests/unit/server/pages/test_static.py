"""Style and scripts: kept for a year under the address of their content, and small."""

from careen.server.pages import static


def test_files_are_kept_by_their_digest(service):
    browser = service.browser()
    for name in static.names():
        found = browser.get(static.address(name))
        assert found.status_code == 200
        assert "immutable" in found.headers["cache-control"]
        assert browser.get(f"/static/older/{name}").headers["cache-control"] == "no-cache"
    for name in ("nothing.css", "..%2fvisit.py", "static.py"):
        assert browser.get(f"/static/older/{name}").status_code == 404


def test_scripts_and_style_are_small():
    assert len(static.content("pages.js")) < 100_000
    assert len(static.content("style.css")) < 100_000
    assert static.content("style.css").startswith(b":root")  # the style of the reports comes first
