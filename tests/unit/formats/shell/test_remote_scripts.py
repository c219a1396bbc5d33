"""Scripts that commands get from a server and run."""

import pytest

from careen.formats.shell.remote_scripts import remote_scripts
from careen.formats.shell.syntax import read_script


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("curl -fsSL https://x/i.sh | sh", [("sh", "curl", False)]),
        ("wget -qO- https://x/i.sh | sudo -E bash -", [("bash", "wget", False)]),
        ("curl https://x/i.sh | tee i.sh | bash -s -- -y", [("bash", "curl", False)]),
        ("bash <(curl https://x/i.sh)", [("bash", None, False)]),
        ('sh -c "$(curl -fsSL https://x/i.sh)"', [("sh", None, False)]),
        ("curl -O https://x/i.sh && sh i.sh", [("sh", "curl", False)]),
        ("wget https://x/i.py -O /tmp/i.py; python3 /tmp/i.py -y", [("python3", "wget", False)]),
        ("curl https://x/i > /i && chmod +x /i && /i", [("i", "curl", False)]),
        ("curl -O https://x/i.sh && sha256sum -c sums && sh i.sh", [("sh", "curl", True)]),
        ("curl -O https://x/a.tgz && tar xf a.tgz && sh i.sh", []),
        ("curl https://x/a.tgz | tar xz", []),
        ("curl https://x/i.sh | sh -c 'cat'", []),
    ],
)
def test_scripts(script, expected):
    found = remote_scripts(read_script(script).commands)
    assert [(one.runner.program, one.source and one.source.program, one.checked) for one in found] == expected
