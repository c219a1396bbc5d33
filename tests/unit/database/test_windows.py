"""What changed of NVD, asked of its API in windows and pages, over a server on loopback."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.support.feeds import SOURCES, FakeNetwork
from tests.support.servers import Answer, Server

from careen.database import windows
from careen.database.knowledge import database_path
from careen.database.read import open_database
from careen.database.update import update
from careen.database.windows import PAUSE_S, PAUSE_WITH_KEY_S, Windows
from careen.formats.feeds.software import CPE_NAMESPACE
from careen.net import make_fetcher
from careen.plugins import Feed, silent

NOW = datetime.now(UTC)
NVD = [source for source in SOURCES if source.name == "nvd"]


def days_ago(days):
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def cve(id, end="1.25.3"):
    criterion = {"vulnerable": True, "criteria": "cpe:2.3:a:f5:nginx:*:*:*:*:*:*:*:*", "versionEndExcluding": end}
    return {"cve": {"id": id, "vulnStatus": "Analyzed", "configurations": [{"nodes": [{"cpeMatch": [criterion]}]}]}}


class Api:
    """``changed``: (days ago, id), the oldest first. ``before(request number)`` may change it, or answer itself."""

    def __init__(self, changed, size=3, before=lambda number: None):
        self.changed, self.size, self.before, self.slept, self.windows = list(changed), size, before, [], []
        self.server = Server(self.respond)

    def respond(self, request):
        if answer := self.before(len(self.server.requests)):
            return answer
        asked = {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}
        start, end = (datetime.fromisoformat(asked[f"lastMod{name}Date"]) for name in ("Start", "End"))
        assert timedelta(0) <= end - start <= timedelta(days=120)
        self.windows.append((round((NOW - start) / timedelta(days=1)), round((NOW - end) / timedelta(days=1))))
        found = [id for days, id in self.changed if start <= NOW - timedelta(days=days) < end]
        at = int(asked["startIndex"])
        page = {"totalResults": len(found), "startIndex": at, "vulnerabilities": list(map(cve, found[at : at + self.size]))}
        return Answer(200, json.dumps(page).encode())

    def since(self, days, tmp_path, key="", year=2024):
        with self.server:
            asked = Windows(make_fetcher(environ={}, sleep=lambda _: None), key, self.slept.append)
            return asked.since(self.feed(year), days_ago(days), tmp_path / "changes", silent)

    def feed(self, year=2024):
        address = f"{self.server.url}/cves?lastModStartDate={{start}}&lastModEndDate={{end}}&startIndex={{offset}}"
        return Feed("x", "", window=address, ids=(f"CVE-{year}-",))


def ids(found):
    return sorted(found.ids)


def test_pages_of_one_window(tmp_path):
    api = Api([(2, f"CVE-2024-000{number}") for number in range(7)] + [(2, "CVE-2023-0001"), (9, "CVE-2024-0009")])
    found = api.since(3, tmp_path)
    assert ids(found) == [f"CVE-2024-000{number}" for number in range(7)]
    assert [one["cve"]["id"] for one in json.loads((tmp_path / "changes").read_bytes())["vulnerabilities"]] == ids(found)
    assert len(api.server.requests) == 3
    assert api.slept == [PAUSE_S] * 2
    assert NOW - timedelta(minutes=5) < datetime.fromisoformat(found.newest) <= datetime.now(UTC)


def test_windows_follow_each_other(tmp_path):
    api = Api([(70, "CVE-2024-0001"), (35, "CVE-2024-0002"), (1, "CVE-2024-0003")])
    assert ids(api.since(75, tmp_path, key="mine")) == ["CVE-2024-0001", "CVE-2024-0002", "CVE-2024-0003"]
    assert api.windows == [(76, 46), (46, 16), (16, 0)]
    assert api.slept == [PAUSE_WITH_KEY_S] * 2
    assert {request.headers["apikey"] for request in api.server.requests} == {"mine"}


def test_one_answer_serves_every_year(tmp_path):
    api = Api([(2, "CVE-2024-0001"), (2, "CVE-2023-0001")])
    with api.server:
        asked = Windows(make_fetcher(environ={}), sleep=api.slept.append)
        for year, days, found in ((2024, 3, ["CVE-2024-0001"]), (2023, 3.5, ["CVE-2023-0001"]), (2022, 2.5, [])):
            assert ids(asked.since(api.feed(year), days_ago(days), tmp_path / str(year), silent)) == found
    assert len(api.server.requests) == 1
    assert not (tmp_path / "2022").exists()


def test_the_total_grows_while_pages_are_read(tmp_path):
    def before(number):
        if number == 2:
            api.changed.append((2, "CVE-2024-0009"))

    api = Api([(2, f"CVE-2024-000{number}") for number in range(6)], before=before)
    assert ids(api.since(3, tmp_path))[-1] == "CVE-2024-0009"
    assert len(api.server.requests) == 3


def test_where_it_shrinks_the_window_is_asked_for_again(tmp_path):
    def before(number):
        if number == 2:
            del api.changed[0]  # what was in the second page is in the first one now

    api = Api([(2, f"CVE-2024-000{number}") for number in range(5)], before=before)
    assert ids(api.since(3, tmp_path)) == [f"CVE-2024-000{number}" for number in range(1, 5)]
    assert len(api.server.requests) == 4


@pytest.mark.parametrize("answer", [Answer(403), Answer(200, b"no JSON"), Answer(200, b'{"totalResults": 9}'), Answer(500)])
def test_where_it_breaks_off_the_windows_that_were_whole_are_kept(tmp_path, answer):
    api = Api([(70, "CVE-2024-0001"), (35, "CVE-2024-0002")], before=lambda number: answer if number >= 2 else None)
    found = api.since(75, tmp_path)
    assert ids(found) == ["CVE-2024-0001"]
    assert abs(datetime.fromisoformat(found.newest) - (NOW - timedelta(days=46))) < timedelta(minutes=5)
    # The next time it goes on from there.
    again = Api([(70, "CVE-2024-0001"), (35, "CVE-2024-0002")])
    with again.server:
        asked = Windows(make_fetcher(environ={}), sleep=again.slept.append)
        assert ids(asked.since(again.feed(), found.newest, tmp_path / "more", silent)) == ["CVE-2024-0002"]
    assert again.windows == [(47, 17), (17, 0)]


@pytest.mark.parametrize("moment", ["", "yesterday", days_ago(-2), days_ago(121)], ids=["none", "word", "future", "old"])
def test_too_long_ago_is_not_asked(tmp_path, moment):
    asked = Windows(FakeNetwork(), sleep=lambda _: None)
    assert asked.since(Feed("x", "", window="https://x/", ids=("CVE-",)), moment, tmp_path / "x", silent) is None


def test_more_than_is_quicker_is_not_asked_to_the_end(tmp_path):
    api = Api([(2, f"CVE-2024-{number:05}") for number in range(100)])
    assert api.since(3, tmp_path) is None
    assert len(api.server.requests) == windows.MAX_PAGES + 1


def test_it_changes_faster_than_it_can_be_read(tmp_path):
    def before(number):
        api.changed.pop()

    api = Api([(2, f"CVE-2024-{number:05}") for number in range(30)], before=before)
    assert api.since(3, tmp_path) is None


def test_an_update_of_the_database(tmp_path, monkeypatch):
    monkeypatch.setattr("careen.database.windows.PAUSE_S", 0)
    year = "nvdcve-2.0-2024.json.gz"
    live = f"https://nvd.nist.gov/feeds/json/cve/2.0/{year}"
    whole = gzip.compress(json.dumps({"vulnerabilities": [cve(f"CVE-2024-{n:04}") for n in range(50)]}).encode())
    made = format_datetime(NOW - timedelta(days=2))
    update(tmp_path, NVD, fetcher=FakeNetwork({live: (200, whole, {"last-modified": made})}))
    answers = {}
    network = FakeNetwork(answers)

    def request(url, **more):
        if url.startswith("https://services."):
            page = {"totalResults": 2, "vulnerabilities": [cve("CVE-2024-0007", "9.9"), cve("CVE-2023-0001")]}
            network.answers[url] = json.dumps(page).encode()
        return FakeNetwork.request(network, url, **more)

    monkeypatch.setattr(network, "request", request)
    result = update(tmp_path, NVD, fetcher=network, api_key="mine")
    assert [one.records for one in result.feeds if one.state == "updated"] == [50]
    asked = [(url, headers.get("apiKey")) for url, headers in network.asked if url.startswith("https://services.")]
    assert len(asked) == 1
    assert asked[0][1] == "mine"
    assert live not in [url for url, _ in network.asked]
    with open_database(database_path(tmp_path)) as database:
        found = {one.id: one.ranges[0].fixed for one in database.advisories(CPE_NAMESPACE, ["f5:nginx"])["f5:nginx"]}
        (info,) = database.namespace(CPE_NAMESPACE)
    assert (len(found), found["CVE-2024-0007"], found["CVE-2024-0008"]) == (50, "9.9", "1.25.3")
    assert (info.partial, info.unfixed) == (True, True)
