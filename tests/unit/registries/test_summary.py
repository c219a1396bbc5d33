from careen.registries.listing import Failure
from careen.registries.state import Done, Found
from careen.registries.summary import summary_of


def image(name, layers, *found, **more):
    listed = tuple(Found(f"{name}-{id}", id, severity) for id, severity in found)
    return Done(
        f"sha256:{name}", (f"r/{name}:1",), f"images/{name}.json", tuple(layers), (10,) * len(layers), found=listed, **more
    )


def summed(*images, before=None, troubles=()):
    return summary_of("r", "now", 1, len(images), images, troubles, 3, before)


def test_the_worst_come_first():
    summary = summed(
        image("mild", "a", ("CVE-1", "low")),
        image("bad", "a", ("CVE-2", "critical")),
        image("used", "a", ("CVE-3", "high"), kev=1),
        image("clean", "a"),
    )
    assert [line.references[0] for line in summary.images] == ["r/used:1", "r/bad:1", "r/mild:1", "r/clean:1"]
    assert summary.by_severity["critical"] == 1


def test_shared_layers_are_listed_up_to_where_stacks_differ():
    summary = summed(
        image("base", "ab"), image("x", "abc", base="debian:12"), image("y", "abde"), image("z", "abdf"), image("o", "q")
    )
    bases = [("".join(base.layers), base.images, base.references, base.claimed) for base in summary.bases]
    assert bases == [("ab", 4, ("r/base:1",), ("debian:12",)), ("abd", 2, (), ())]
    assert summary.bases[0].size_bytes == 20
    assert (summary.layers.references, summary.layers.unique, summary.layers.read) == (14, 7, 3)


def test_news_are_listed_by_reference():
    before = {"r/a:1": frozenset({"a-CVE-1"}), "r/b:1": frozenset({"b-CVE-9"}), "r/gone:1": frozenset({"x"})}
    a = image("a", "l", ("CVE-1", "low"), ("CVE-2", "high"))
    news = summed(a, image("b", "l", ("CVE-9", "low")), image("c", "l"), before=before).news
    assert [(one.reference, one.is_new, one.ids) for one in news] == [("r/a:1", False, ("CVE-2",)), ("r/c:1", True, ())]
    assert summed(a).news is None


def test_the_gravest_exit_code_counts():
    assert summed(image("a", "l")).exit_code == 0
    assert summed(image("a", "l", exit_code=1)).exit_code == 1
    assert summed(image("a", "l", exit_code=1), troubles=(Failure("r/b:1", "denied"),)).exit_code == 3


def test_each_image_has_the_reason_of_its_exit_code():
    failed = image("a", "l", exit_code=1, why="fail-on high (CVE-1)")
    assert [(line.exit_code, line.why) for line in summed(failed, image("b", "l")).images] == [(1, failed.why), (0, "")]
