import textwrap

from tests.support.exposure import exposure

from careen.exposure.summary import MAX_PATHS, attack_paths
from careen.model.finding import Location

SHOP = """\
    services:
      web:
        image: shop/web:1
        ports: ['80:80']
        networks: [front]
      agent:
        image: shop/agent:1
        privileged: true
        networks: [front]
      job:
        image: shop/job:1
        ports: ['90:90']
        networks: [other]
    networks: {front: {}, other: {}}
    """


def names(found):
    return [
        [found.nodes[path.steps[0].source].name, *(found.nodes[step.target].name for step in path.steps)]
        for path in found.paths
    ]


def test_the_paths_through_the_containers_of_the_image():
    answer = exposure(SHOP)
    found = attack_paths(answer, "shop/job:1".__eq__)
    assert names(found) == [["Internet", "job"]]
    assert [node.name for node in found.nodes if node.runs_image] == ["job"]
    assert (found.total, found.complete, found.targets) == (1, True, (".",))
    (step,) = found.paths[0].steps
    assert "port 90 of job is published" in step.text
    assert step.place == Location("a.yaml", 12)
    assert found.paths[0].cut == ("publish port 90 on 127.0.0.1, or not at all",)


def test_all_paths_if_no_file_runs_the_image():
    answer = exposure(SHOP)
    found = attack_paths(answer, lambda _: False)
    assert found.total == len(answer.paths) == len(found.paths)
    assert [(path.severity, path.score) for path in found.paths] == [(path.severity, path.score) for path in answer.paths]
    assert not any(node.runs_image for node in found.nodes)


def test_the_worst_paths_alone_are_listed_and_all_counted():
    services = "".join(f"  s{number}:\n    image: a\n    ports: ['{number}:80']\n" for number in range(1, MAX_PATHS + 5))
    found = attack_paths(exposure(f"services:\n{services}"), lambda _: True)
    assert len(found.paths) == MAX_PATHS
    assert found.total >= MAX_PATHS + 4
    assert {number for path in found.paths for step in path.steps for number in (step.source, step.target)} == set(
        range(len(found.nodes))
    )


def test_a_file_that_cannot_be_read_leaves_it_incomplete():
    broken = textwrap.dedent(SHOP).replace("image: shop/job:1", "image: [unclosed")
    assert not attack_paths(exposure(SHOP, broken), lambda _: True).complete
