"""The downloads of a command: their URLs, whether it verifies TLS, and the target of its output.

``read_download(words)`` parses curl, wget and aria2c; ``checks_file`` recognises commands that verify a checksum or signature;
``runs_input`` those that execute their standard input.
**Source:** manual pages of curl, wget, aria2c, coreutils, gnupg.
"""

from collections.abc import Sequence

from msgspec import Struct

from .package_commands import read_options
from .package_specs import is_url
from .wrappers import SHELLS

# Options that take a value.
_VALUED = {
    program: frozenset(text.split())
    for program, text in {
        "curl": "-o --output -H --header -d --data --data-binary --data-raw --data-urlencode --json -X --request -u "
        "--user -A --user-agent -e --referer -x --proxy -b --cookie -c --cookie-jar -F --form -K --config -T "
        "--upload-file -m --max-time -r --range -w --write-out -C --continue-at -E --cert --cacert --capath "
        "--key --retry --retry-delay --retry-max-time --connect-timeout --proto --proto-redir --resolve "
        "--output-dir --ciphers --limit-rate -Y -y -z --time-cond --url -D --dump-header --interface "
        "--max-redirs --noproxy --oauth2-bearer --aws-sigv4 --etag-save --etag-compare --max-filesize "
        "--tls-max",
        "wget": "-O --output-document -o --output-file -a --append-output -P --directory-prefix -e --execute -i "
        "--input-file -t --tries -T --timeout -w --wait -U --user-agent --header --user --password "
        "--post-data --post-file --method --body-data --referer --ca-certificate --certificate --private-key "
        "-Q --quota -l --level -A --accept -R --reject -D --domains --progress --limit-rate --waitretry "
        "--retry-on-http-error --load-cookies --save-cookies --compression --secure-protocol",
        "aria2c": "-o --out -d --dir -x -s -j -k -i --input-file --header --checksum -l --log",
    }.items()
}
_INTERPRETERS = SHELLS | {"python", "python2", "python3", "perl", "ruby", "node", "php", "pwsh"}


class Download(Struct, frozen=True):
    urls: tuple[str, ...]  # as written, with variables
    output: str | None  # "-": standard output; None: named after the URL
    insecure: bool  # certificates are not verified


def read_download(words: Sequence[str]) -> Download | None:
    program = words[0].rpartition("/")[2] if words else ""
    if program == "curl":
        options = read_options(words[1:], _VALUED["curl"])
        named = options.values("-o", "--output")
        remote = options.has("-O", "--remote-name", "--remote-name-all", "-J")
        output = named[-1] if named else None if remote else "-"
        urls = (*options.values("--url"), *options.words)
        return Download(_addresses(urls), output, options.has("-k", "--insecure", "--proxy-insecure"))
    if program == "wget":
        options = read_options(words[1:], _VALUED["wget"])
        named = options.values("-O", "--output-document")
        return Download(_addresses(options.words), named[-1] if named else None, options.has("--no-check-certificate"))
    if program == "aria2c":
        options = read_options(words[1:], _VALUED["aria2c"])
        named = options.values("-o", "--out")
        insecure = "false" in options.values("--check-certificate")
        return Download(_addresses(options.words), named[-1] if named else None, insecure)
    return None


def checks_file(words: Sequence[str]) -> bool:
    """Whether the command verifies a checksum or signature."""
    program = words[0].rpartition("/")[2] if words else ""
    if program in ("md5sum", "sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "b2sum", "shasum", "cksum"):
        return any(word in ("--check", "--strict") or (word[:1] == "-" and word[1:2] != "-" and "c" in word) for word in words)
    if program in ("gpg", "gpg2", "gpgv", "gpgv2"):
        return program.startswith("gpgv") or any(word.startswith("--verify") for word in words)
    if program in ("cosign", "minisign", "signify", "slsa-verifier", "apksigner"):
        return True
    if program == "openssl":
        return "-verify" in words or "verify" in words
    return program == "aria2c" and any(word.startswith("--checksum") for word in words)


def runs_input(words: Sequence[str]) -> bool:
    """Whether it is a shell or interpreter without script or ``-c``, which executes its standard input."""
    program = words[0].rpartition("/")[2] if words else ""
    name = program.rstrip("0123456789.") if program.startswith(("python", "ruby", "perl")) else program
    if name not in _INTERPRETERS and program not in _INTERPRETERS:
        return program == "source" or program == "."
    rest = list(words[1:])
    while rest:
        word = rest.pop(0)
        if word in ("-", "-s", "--", "/dev/stdin"):
            return True
        if word in ("-c", "-e", "-m", "-r") and program not in SHELLS:
            return False
        if program in SHELLS and word.startswith("-") and not word.startswith("--") and "s" in word:
            return True
        if program in SHELLS and word.startswith("-") and "c" in word and not word.startswith("--"):
            return False
        if word in ("-o", "+o", "-O"):
            rest = rest[1:]
        elif not word.startswith(("-", "+")):
            return False
    return True


def _addresses(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for word in words if is_url(word) or "://" in word or word[:1] == "$" or "." in word)
