import hashlib

import pytest
from tests.support.package_index import Answer, Web

from careen.errors import InputError, NetworkError
from careen.origin.fetch import index
from careen.origin.fetch.index import Archive, download, hex_of, page

URL = "https://index.example/a.tgz"
GOOD = Archive("1", URL, f"sha256:{hashlib.sha256(b'content').hexdigest()}")


def test_an_archive_is_what_the_index_promised():
    assert download(Web({URL: Answer(b"content")}), GOOD) == b"content"
    with pytest.raises(InputError, match="its sha256 differs from the one in the index"):
        download(Web({URL: Answer(b"Content")}), GOOD)
    with pytest.raises(InputError, match="HTTP status 404"):
        download(Web({}), GOOD)
    with pytest.raises(NetworkError, match="HTTP status 500"):
        download(Web({URL: Answer(b"", status=500)}), GOOD)


def test_sizes_are_bounded(monkeypatch):
    monkeypatch.setattr(index, "MAX_ARCHIVE_BYTES", 6)
    monkeypatch.setattr(index, "MAX_PAGE_BYTES", 6)
    for asked in (lambda web: download(web, GOOD), lambda web: page(web, URL, {})):
        with pytest.raises(InputError, match="over 0 MiB"):
            asked(Web({URL: Answer(b"content")}))


def test_a_project_that_is_not_there_and_an_index_that_fails():
    with pytest.raises(InputError, match="has no such project"):
        page(Web({}), URL, {})
    with pytest.raises(NetworkError, match="HTTP status 503"):
        page(Web({URL: Answer(b"", status=503)}), URL, {})


@pytest.mark.parametrize(("text", "found"), [("sha256-AAEC", "sha256:000102"), ("md5-AAEC", ""), ("sha512-?", ""), ("", "")])
def test_integrity(text, found):
    assert hex_of(text) == found


def test_messages_have_no_credentials():
    url = "https://user:s3cret@index.example/simple/demo/?token=s3cret"
    for answer in (Answer(b"", status=404), Answer(b"", status=500)):
        for asked in (lambda web: page(web, url, {}), lambda web: download(web, Archive("1", url, GOOD.digest))):
            with pytest.raises((InputError, NetworkError)) as caught:
                asked(Web({url: lambda answer=answer: answer}))
            assert "s3cret" not in str(caught.value)
            assert "index.example/simple/demo" in str(caught.value)
