"""Resources: by type, and which of them name another."""

from tests.support.work import grows_with_its_input

from careen.formats.data.yaml_document import Mapping
from careen.formats.terraform.resource import Resource, Terraform, refers
from careen.formats.terraform.values import mapping, unknown


def resource(type, address, values: Mapping | None = None, is_data=False):
    return Resource(type, "x", address, values or mapping(()), "main.tf", 1, 2, is_data)


BUCKET = resource("b", "module.m.b.x[0]", mapping([("bucket", "shop")]))


def test_by_type_without_data_sources():
    other = resource("b", "data.b.x", is_data=True)
    document = Terraform("main.tf", (BUCKET, other))
    assert list(document.of("b", "c")) == [BUCKET]
    assert document.resources == (BUCKET, other)


def test_a_reference_is_an_address_or_a_name():
    assert refers("shop", BUCKET)
    assert refers(unknown("b.x.id", "module.m.b.x[0]"), BUCKET)
    assert refers(unknown("b.x.id", "module.m.b.x"), BUCKET), "a plan names it without keys"
    for value in ("other", None, unknown("b.x.id", "b.x"), unknown("var.bucket"), 1):
        assert not refers(value, BUCKET)


def test_a_variable_may_name_any_bucket():
    clear = resource("v", "v.a", mapping([("bucket", "shop")]))
    unclear = resource("v", "v.b", mapping([("bucket", unknown("var.bucket"))]))
    assert Terraform("", (BUCKET, clear)).linked(BUCKET, "bucket", "v") == ([clear], None)
    assert Terraform("", (BUCKET, clear, unclear)).linked(BUCKET, "bucket", "v") == ([clear], "${var.bucket}")


def test_the_search_for_what_names_a_resource_takes_linear_time():
    def work(count):
        buckets = [resource("b", f"b.x{number}", mapping([("bucket", f"s{number}")])) for number in range(count)]
        beside = [resource("v", f"v.x{number}", mapping([("bucket", f"s{number}")])) for number in range(count)]

        def search():
            document = Terraform("", (*buckets, *beside))
            assert [document.linked(bucket, "bucket", "v")[0] for bucket in buckets] == [[one] for one in beside]

        return search

    assert grows_with_its_input(work, 50)
