import pytest
from msgspec.structs import replace
from tests.support.reports import faulty, usual

from careen.output.image_name import file_in_checkout

IMAGE = usual().image


@pytest.mark.parametrize(
    ("opened", "reference", "file"),
    [
        ("directory:.", ".", "web/yarn.lock"),
        ("directory:shop", "shop", "shop/web/yarn.lock"),
        ("directory:./shop/", "./shop/", "shop/web/yarn.lock"),
        ("directory:/srv/shop", "/srv/shop", ""),
        ("directory:../shop", "../shop", ""),
        ("registry:docker.io/library/shop:1", "shop:1", ""),
        ("docker-archive:shop.tar", "shop.tar", ""),
    ],
)
def test_only_a_scanned_folder_of_the_checkout_has_files_there(opened, reference, file):
    image = replace(IMAGE, opened=opened, reference=reference, kind="directory")
    assert file_in_checkout(image, "web/yarn.lock") == file
    assert file_in_checkout(image, "") == ""


def test_checked_files_have_their_paths_already():
    assert file_in_checkout(faulty().image, "build/Dockerfile") == "build/Dockerfile"
