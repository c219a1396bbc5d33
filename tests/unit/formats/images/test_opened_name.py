import pytest
from msgspec.structs import replace
from tests.support.reports import DIGEST, usual

from careen.formats.images.opened_name import names_of


@pytest.mark.parametrize(
    ("opened", "names"),
    [
        ("registry:docker.io/library/nginx:1.27", ("docker.io/library/nginx:1.27", f"docker.io/library/nginx@{DIGEST}")),
        ("registry:localhost:5000/shop:1", ("localhost:5000/shop:1", f"localhost:5000/shop@{DIGEST}")),
        (f"registry:docker.io/library/nginx@{DIGEST}", ("", f"docker.io/library/nginx@{DIGEST}")),
        ("docker:nginx:1.27", ("nginx:1.27", "")),
        ("oci-layout:images/nginx:1.27", ("", "")),
        ("registry:", ("", "")),
        ("", ("", "")),
    ],
)
def test_names(opened, names):
    assert names_of(replace(usual().image, opened=opened)) == names
