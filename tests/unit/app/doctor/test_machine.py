import pytest

from careen.app.doctor import machine


@pytest.mark.parametrize(
    ("requirement", "code"),
    [
        ("msgspec>=0.20; extra == 'thing'", "extra"),
        ("careen-never-made>=1; extra == 'thing'", "extra_missing"),
        ('careen-never-made>=1; sys_platform != "win32" and extra == "thing"', "extra_missing"),
    ],
)
def test_an_extra(monkeypatch, requirement, code):
    monkeypatch.setattr(machine, "requires", lambda name: [requirement, "careen-never-made; extra == 'dev'"])
    found = [line for line in machine.machine_lines({}) if line.code.startswith("extra")]
    assert [line.code for line in found] == [code]
    assert found[0].advice == ("" if code == "extra" else 'pip install "careen[thing]"')
