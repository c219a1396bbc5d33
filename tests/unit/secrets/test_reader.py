from careen.secrets.reader import SECRETS, read
from tests.support.reading import MemoryFile
from tests.support.secrets import filled


def test_binary_and_empty_files_are_skipped():
    assert read(MemoryFile("app/x", b"\x7fELF\0\0", amount="stream")) is None
    assert read(MemoryFile("app/x", b"", amount="stream")) is None


def test_it_is_fed_and_asked():
    text = f"key: {filled('npm_{alnum36}')}\n".encode()
    search = read(MemoryFile("app/x", text, amount="stream"))
    for byte in range(0, len(text), 7):
        search.feed(text[byte : byte + 7])
    [secret] = search.facts()
    assert isinstance(secret, SECRETS.fact)
    assert secret.id == "npm-access-token"
