"""The advice about an image as a change of the Dockerfile that somebody gives."""

import pytest
from msgspec.structs import replace
from tests.conftest import ROOT
from tests.support.filled_service import send

from careen.app.session import Session
from careen.config import settings_of
from careen.fleet import reports
from careen.output.summary import build_step

from .conftest import NEW


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    """An image with a history, by the advisories of the examples."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "examples"))
        from build_demo import build

        build(folder / "shop.tar")
    settings = settings_of({"offline": True, "advisories": str(ROOT / "examples/advisories"), "cache_dir": str(folder / "c")})
    with Session(settings) as session:
        return session.scan(str(folder / "shop.tar"))


@pytest.fixture
def dockerfile(world, scanned, monkeypatch):
    monkeypatch.setattr(reports, "report_of", lambda fleet, project_id, identity: scanned)
    return f"FROM base\n{build_step(scanned.image.config.history[-1].created_by)}\n"


def test_the_dockerfile_of_the_image_becomes_a_diff(world, browser, dockerfile, scanned):
    here = f"{world.pages}/images/{NEW}"
    assert f'href="{here}/dockerfile"' in browser.get(here).text
    page = browser.get(f"{here}/dockerfile")
    command = next(action.command for action in scanned.plan.actions if action.where == "dockerfile")
    for given in ({"dockerfile": dockerfile.replace("\n", "\r\n")}, {"files": {"file": ("Dockerfile", dockerfile.encode())}}):
        found = send(browser, page, f"{here}/dockerfile", **given)
        assert found.status_code == 200 and '<span class="add">+RUN ' in found.text, found.text[-3000:]
        assert f"Of {scanned.plan.before} findings" in found.text
    api = world.client(world.key).post(f"{world.path}/images/{NEW}/dockerfile-preview", json={"text": dockerfile}).json()
    assert f"+RUN {command}\n" in api["diff"] and api["diff"].startswith("--- a/Dockerfile\n+++ b/Dockerfile\n")
    assert (api["before"], api["after"]) == (scanned.plan.before, scanned.plan.after_dockerfile)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("FROM base\nRUN something else\n", "was not built from this Dockerfile"),
        ("<b>hello</b>", "was not built from this Dockerfile"),
        ("", "text"),
        ("FROM base\n" * 30_000, ""),
    ],
)
def test_another_text_is_refused_and_stays_in_the_form(world, browser, dockerfile, text, why):
    here = f"{world.pages}/images/{NEW}/dockerfile"
    found = send(browser, browser.get(here), here, dockerfile=text)
    assert found.status_code in (400, 422) and why in found.text and "<b>hello" not in found.text
    if text.startswith("FROM base\nRUN"):
        assert "RUN something else" in found.text


def test_a_report_without_a_plan_says_what_it_needs(world, browser, dockerfile, scanned, monkeypatch):
    monkeypatch.setattr(reports, "report_of", lambda *_: replace(scanned, plan=None))
    here = f"{world.pages}/images/{NEW}/dockerfile"
    assert "no fix is known" in send(browser, browser.get(here), here, dockerfile=dockerfile).text.lower()
