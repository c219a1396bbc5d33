"""A line of PowerShell (or of cmd that calls it) -> the URLs that it downloads, and the downloads that it runs unverified.

No grammar: a search for the few words that download and run, and for URLs. Case does not matter.
**Source:** Microsoft, about_Aliases, Invoke-Expression, Invoke-WebRequest, Start-BitsTransfer; System.Net.WebClient.
"""

import re

MAX_TEXT = 64 * 1024
_FETCHES = (
    r"(?:Invoke-WebRequest|Invoke-RestMethod|iwr|irm|wget|curl(?:\.exe)?|Start-BitsTransfer|Download(?:String|File|Data))"
)
_FETCH = re.compile(rf"(?i)(?<![\w-]){_FETCHES}(?![\w-])")
_RUN_BEFORE = re.compile(
    rf"(?i)(?<![\w-])(?:iex|Invoke-Expression)(?![\w-])[^;\n]{{0,300}}?(?<![\w-]){_FETCHES}(?![\w-])[^;\n]{{0,300}}"
)
_RUN_AFTER = re.compile(rf"(?i)(?<![\w-]){_FETCHES}(?![\w-])[^;\n]{{0,300}}?\|\s{{0,20}}(?:iex|Invoke-Expression)(?![\w-])")
_ADDRESS = re.compile(r"(?i)\bhttps?://[^\s'\"();,]{1,2000}")


def run_unseen(text: str) -> list[str]:
    """The parts of a line that download a script and run it without verification."""
    text = text[:MAX_TEXT]
    return [found[0].strip() for pattern in (_RUN_BEFORE, _RUN_AFTER) for found in pattern.finditer(text)]


def fetched(text: str) -> list[str]:
    """The URLs in statements that download."""
    parts = re.split(r"[;\n]|&&", text[:MAX_TEXT])
    return [address for part in parts if _FETCH.search(part) for address in _ADDRESS.findall(part)]
