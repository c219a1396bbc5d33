import io
import os
import threading
import time

import pytest

from careen.errors import InputError, NetworkError
from careen.images import cache
from careen.images.blobs import BlobStore
from careen.images.manifest import Descriptor
from careen.net import SlowError
from tests.support.images import sha256

DATA = os.urandom(700_000)
BLOB = Descriptor(sha256(DATA), len(DATA))


class Source:
    """Gives ``data`` as a registry would; ``breaks`` has the number of bytes after which each answer ends, in order."""

    def __init__(self, data=DATA, breaks=(), ranges=True, wait=None):
        self.data, self.breaks, self.ranges, self.wait = data, list(breaks), ranges, wait
        self.asked = []

    def __call__(self, digest, offset):
        self.asked.append(offset)
        if self.wait:
            self.wait()
        status, data = (206, self.data[offset:]) if offset and self.ranges else (200, self.data)
        limit = self.breaks.pop(0) if self.breaks else None

        class Answer:
            closed = False
            place = 0

            def __init__(self):
                self.status, self.headers, self.url = status, {}, ""

            def read(self, size=-1):
                if limit is not None and self.place >= limit:
                    raise NetworkError("the connection broke", "try again")
                end = min(self.place + size, len(data) if limit is None else limit)
                part, self.place = data[self.place : end], end
                return part

            def close(self):
                self.closed = True

        return Answer()


@pytest.fixture(params=["folder", "no folder"])
def folder(request, tmp_path):
    return tmp_path / "cache" if request.param == "folder" else None


@pytest.fixture(params=["whole", "as it comes"], autouse=True)
def either_way(request, monkeypatch):
    if request.param != "whole":
        monkeypatch.setattr(BlobStore, "open", BlobStore.pull)


OPEN = BlobStore.open


def read(store, blob=BLOB):
    with store.open(blob) as file:
        return file.read()


def left(folder):
    return sorted(path.name for path in (folder / "blobs").rglob("*") if path.is_file())


def test_a_blob_is_downloaded_once(folder):
    source, reports = Source(), []
    store = BlobStore(folder, source, lambda what, done, total: reports.append((done, total)))
    with OPEN(store, BLOB) as one, OPEN(store, BLOB) as other:
        assert one.read(10) == DATA[:10]
        assert other.read() == DATA
        assert one.read(10) == DATA[10:20]
        one.seek(-5, os.SEEK_END)
        assert one.read() == DATA[-5:]
    assert read(store) == DATA
    assert source.asked == [0]
    assert reports[-1] == (len(DATA), len(DATA)) and len(reports) > 1


def test_another_process_finds_it_in_the_folder(tmp_path):
    read(BlobStore(tmp_path, Source()))
    again = Source()
    assert read(BlobStore(tmp_path, again)) == DATA
    assert again.asked == []
    assert left(tmp_path) == [BLOB.digest.partition(":")[2]]
    assert (tmp_path / "blobs" / "sha256").stat().st_mode & 0o077 == 0


def test_threads_download_different_blobs_at_once_and_the_same_one_once(folder):
    meeting = threading.Barrier(2, timeout=60)  # breaks unless two downloads overlap
    datas = [b"a" * 1000, b"b" * 1000]
    sources = {sha256(data): Source(data, wait=meeting.wait) for data in datas}
    store = BlobStore(folder, lambda digest, offset: sources[digest](digest, offset))
    found = []

    def work(data):
        found.append(read(store, Descriptor(sha256(data), len(data))) == data)

    threads = [threading.Thread(target=work, args=(data,)) for data in datas * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 6
    assert [source.asked for source in sources.values()] == [[0], [0]]


def test_a_broken_download_is_resumed(folder):
    source = Source(breaks=[300_000, 100_000])
    assert read(BlobStore(folder, source)) == DATA
    assert source.asked == [0, 300_000, 400_000]


def test_a_broken_download_starts_anew_without_ranges(folder):
    source = Source(breaks=[300_000], ranges=False)
    assert read(BlobStore(folder, source)) == DATA
    assert source.asked == [0, 300_000]


def test_a_download_that_does_not_get_on_is_given_up(folder):
    source = Source(breaks=[300_000, 0, 0, 0, 0, 0, 0, 0])
    with pytest.raises(NetworkError, match="broke"):
        read(BlobStore(folder, source))
    assert 2 < len(source.asked) < 7
    assert folder is None or left(folder) == []


def test_a_download_that_gets_on_by_single_bytes_is_given_up(folder):
    source = Source(breaks=[300_000] + [1] * 1000)
    with pytest.raises(NetworkError, match="broke"):
        read(BlobStore(folder, source))
    assert len(source.asked) < 7


def test_a_download_that_drips_is_not_asked_for_again(folder):
    source = Source()

    def drips(digest, offset):
        response = source(digest, offset)
        whole = response.read

        def read(size):
            if len(source.asked) == 1 and (data := whole(min(size, 300_000))):
                source.asked.append(-1)
                return data
            raise SlowError("it sends almost nothing")

        response.read = read
        return response

    with pytest.raises(SlowError):
        read(BlobStore(folder, drips))
    assert source.asked == [0, -1]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (DATA[:-1] + bytes([DATA[-1] ^ 1]), "it has the digest"),
        (DATA[:-1], "it has 699999 bytes, not 700000"),
        (DATA + b"x", "longer than its manifest states"),
    ],
)
def test_bytes_that_do_not_match_the_digest_are_not_kept(folder, data, reason):
    store = BlobStore(folder, Source(data))
    with pytest.raises(InputError, match=reason) as caught:
        read(store)
    assert BLOB.digest in str(caught.value) and caught.value.hint
    assert folder is None or left(folder) == []


def test_an_unknown_size(folder):
    assert read(BlobStore(folder, Source()), Descriptor(BLOB.digest, -1)) == DATA


@pytest.mark.parametrize("damaged", [DATA[:-1] + bytes([DATA[-1] ^ 1]), DATA[:100], DATA + b"x", b""], ids=len)
@pytest.mark.parametrize("size", [len(DATA), -1])
def test_what_was_damaged_in_the_folder_is_fetched_anew_and_reported(tmp_path, caplog, damaged, size):
    blob = Descriptor(BLOB.digest, size)
    read(BlobStore(tmp_path, Source()), blob)
    (tmp_path / "blobs" / BLOB.digest.replace(":", "/")).write_bytes(damaged)
    source = Source()
    store = BlobStore(tmp_path, source)
    assert [read(store, blob), read(store, blob)] == [DATA, DATA]
    assert source.asked == [0]
    assert [record.getMessage() for record in caplog.records] == [
        f"the blob {BLOB.digest} in the cache is damaged: it is fetched anew"
    ]
    caplog.clear()
    assert read(BlobStore(tmp_path, source), blob) == DATA
    assert (source.asked, caplog.text) == ([0], "")


def test_a_damaged_blob_is_not_used_if_it_cannot_be_fetched(tmp_path):
    read(BlobStore(tmp_path, Source()))
    (tmp_path / "blobs" / BLOB.digest.replace(":", "/")).write_bytes(bytes(len(DATA)))

    def refused(digest, offset):
        raise NetworkError("no network", "try again")

    with pytest.raises(NetworkError):
        read(BlobStore(tmp_path, refused))


def test_a_wrong_size_in_a_manifest_is_not_damage(tmp_path, caplog):
    read(BlobStore(tmp_path, Source()))
    with pytest.raises(InputError, match="it has 700000 bytes, not 800000"):
        read(BlobStore(tmp_path, Source()), Descriptor(BLOB.digest, 800_000))
    assert caplog.text == ""


def test_what_is_kept_with_another_size_is_fetched_anew(tmp_path):
    read(BlobStore(tmp_path, Source()))
    (tmp_path / "blobs" / BLOB.digest.replace(":", "/")).write_bytes(DATA[:100])
    source = Source()
    assert read(BlobStore(tmp_path, source)) == DATA
    assert source.asked == [0]


def test_a_digest_never_names_another_file(tmp_path):
    with pytest.raises(InputError, match="is not a digest"):
        BlobStore(tmp_path, Source()).open(Descriptor("sha256:../../../etc/passwd", -1))
    assert BlobStore(tmp_path, Source()).known("sha256:../x") is None


def test_documents_are_small(folder, monkeypatch):
    monkeypatch.setattr(BlobStore, "open", OPEN)
    store = BlobStore(folder, Source())
    assert store.document(BLOB, 1_000_000) == DATA
    for size in (BLOB.size_bytes, -1):
        with pytest.raises(InputError, match=r"limit is 1000|more than 1000"):
            store.document(Descriptor(BLOB.digest, size), 1000)


def test_manifests_are_kept_and_checked_when_they_are_found(tmp_path, caplog):
    store = BlobStore(tmp_path, Source())
    assert store.known(BLOB.digest) is None
    store.keep(BLOB.digest, DATA)
    assert store.known(BLOB.digest) == DATA
    (tmp_path / "blobs" / BLOB.digest.replace(":", "/")).write_bytes(b"{}")
    assert store.known(BLOB.digest) is None
    assert "damaged: it is fetched anew" in caplog.text


def test_the_least_recently_used_blobs_make_room(tmp_path):
    datas = [bytes([number]) * 1000 for number in range(5)]
    blobs = [Descriptor(sha256(data), 1000) for data in datas]
    for number, data in enumerate(datas[:4]):
        read(BlobStore(tmp_path, Source(data)), blobs[number])
        os.utime(tmp_path / "blobs" / blobs[number].digest.replace(":", "/"), (number, number))
    stale = tmp_path / "blobs" / "sha256" / ".part-killed"
    stale.write_bytes(b"x")
    os.utime(stale, (1, 1))
    fresh = tmp_path / "blobs" / "sha256" / ".part-running"
    fresh.write_bytes(b"x")
    store = BlobStore(tmp_path, Source(datas[4]), limit_bytes=3500)
    assert read(store, blobs[0]) == datas[0]  # used by this store: stays although it is the oldest
    os.utime(tmp_path / "blobs" / blobs[0].digest.replace(":", "/"), (0, 0))
    assert read(store, blobs[4]) == datas[4]
    kept = {blob.digest.partition(":")[2] for blob in (blobs[0], blobs[3], blobs[4])}
    assert set(left(tmp_path)) == {*kept, ".part-running"}
    assert fresh.stat().st_mtime > time.time() - 100


def test_a_folder_that_cannot_be_written_to(tmp_path):
    (tmp_path / "blobs").write_text("a file in the way")
    with pytest.raises(InputError, match="cannot be written to") as caught:
        read(BlobStore(tmp_path, Source()))
    assert "CAREEN_CACHE_DIR" in caught.value.hint


def test_a_blob_is_read_while_it_comes(folder):
    source = Source()
    store = BlobStore(folder, source)
    with store.pull(BLOB) as file:
        assert not file.seekable()
        assert file.read(10) == DATA[:10]
        assert folder is None or left(folder)[0].startswith(".part-")
        parts = iter(lambda: file.read(100_001), b"")
        assert b"".join(parts) == DATA[10:]
        assert folder is None or left(folder) == [BLOB.digest.partition(":")[2]]
    assert read(store) == DATA
    assert source.asked == [0]


def test_what_was_not_read_to_its_end_is_not_kept(folder):
    source = Source()
    store = BlobStore(folder, source)
    store.pull(BLOB).close()
    with store.pull(BLOB) as file:
        file.read(300_000)
    assert folder is None or left(folder) == []
    assert read(store) == DATA
    assert source.asked == [0, 0, 0]


def test_wrong_bytes_are_reported_at_the_end_and_not_kept(folder):
    changed = DATA[:-1] + bytes([DATA[-1] ^ 1])
    store = BlobStore(folder, Source(changed))
    with store.pull(BLOB) as file:
        given = io.BytesIO()
        with pytest.raises(InputError, match="other bytes"):
            given.writelines(iter(lambda: file.read(100_000), b""))
    assert given.getvalue() == changed
    assert folder is None or left(folder) == []


def test_who_comes_second_waits_for_the_first(folder):
    store, found = BlobStore(folder, Source()), []
    first = store.pull(BLOB)
    second = threading.Thread(target=lambda: found.append(read(store)))
    second.start()
    second.join(0.1)
    assert second.is_alive()
    assert first.read() == DATA
    first.close()
    second.join(60)
    assert found == [DATA]


def test_a_blob_that_is_not_available_fails_when_it_is_opened(folder):
    def refused(digest, offset):
        raise InputError("denied", "log in")

    store = BlobStore(folder, refused)
    for _ in range(2):  # and no scan waits for it for ever
        with pytest.raises(InputError, match="denied"):
            store.pull(BLOB)


def test_a_download_that_hangs_is_left_soon_and_may_begin_anew(folder, monkeypatch):
    monkeypatch.setattr("careen.formats.archives.ahead.HANGS_AFTER_S", 0.05)
    hangs, let, ended = threading.Event(), threading.Event(), threading.Event()

    class Hanging(Source):
        def __call__(self, digest, offset):
            answer = super().__call__(digest, offset)
            given = answer.read

            def read(size=-1):
                if answer.place == 2 * size:
                    hangs.set()
                    let.wait(60)
                    ended.set()
                return given(size)

            answer.read = read
            return answer

    store = BlobStore(folder, Hanging())
    with store.pull(BLOB) as file:
        assert file.read(256 * 1024) + file.read(256 * 1024) == DATA[: 512 * 1024]
        assert hangs.wait(60)
    assert not ended.is_set()  # the download hangs still
    del file
    let.set()
    assert read(store) == DATA


@pytest.mark.parametrize(("times", "fetched"), [(0, 1), (2, 3)])
def test_a_blob_that_is_removed_as_soon_as_it_is_there_is_fetched_again(tmp_path, times, fetched):
    left = [times]

    class Pruned(BlobStore):
        def _saved(self, descriptor, progress):
            yield from super()._saved(descriptor, progress)
            if left[0]:
                left[0] -= 1
                self._path(descriptor.digest).unlink()

    asked = []
    source = Source()
    store = Pruned(tmp_path, lambda digest, offset: asked.append(offset) or source(digest, offset))
    with OPEN(store, BLOB) as file:
        assert file.read() == DATA
    assert asked == [0] * fetched


def test_a_blob_that_never_stays_is_an_error(tmp_path):
    class Pruned(BlobStore):
        def _saved(self, descriptor, progress):
            yield from super()._saved(descriptor, progress)
            self._path(descriptor.digest).unlink()

    with pytest.raises(InputError, match="removed from the cache"):
        OPEN(Pruned(tmp_path, Source()), BLOB)


def test_a_folder_is_not_listed_for_each_small_file(tmp_path, monkeypatch):
    listed = []
    real = cache.make_room
    monkeypatch.setattr(cache, "make_room", lambda *given: listed.append(given) or real(*given))
    folder = tmp_path / "blobs" / "sha256"
    folder.mkdir(parents=True)
    for number in range(2000):
        (folder / f"{number:064x}").write_bytes(b"x" * 100)
        cache.make_room_for(100, tmp_path / "blobs", 100_000, {f"{number:064x}"})
        if number == 500:
            assert len(listed) < 20
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 100_000
