import pytest

from careen.formats.packages.installers import is_of_installer


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("usr/lib/python3/dist-packages/pip/_vendor/bom.cdx.json", True),
        ("opt/v/lib/python3.11/site-packages/setuptools/_vendor/x.py", True),
        ("opt/v/lib/python3.11/site-packages/requests/packages/x.py", False),
        ("opt/pip-tools/x.py", False),
    ],
)
def test_folders_of_installers(path, expected):
    assert is_of_installer(path) == expected
