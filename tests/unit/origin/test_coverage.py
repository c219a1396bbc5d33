import pytest

np = pytest.importorskip("numpy")

from careen.origin.building import build  # noqa: E402
from careen.origin.coverage import covered  # noqa: E402
from careen.origin.knowledge import Project  # noqa: E402


def test_the_share_of_a_base_grows_with_its_projects():
    def base(*names):
        return build([(Project(name, ("1.0",)), ()) for name in names])

    none, one, two = covered(base()), covered(base("deb:tiff", "pypi:x")), covered(base("deb:tiff", "deb:curl"))
    assert 0 == none.found < one.found < two.found < two.of == one.of == none.of
