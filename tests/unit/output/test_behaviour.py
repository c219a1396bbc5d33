from careen.model.behaviour import BehaviourSummary, PartScore
from careen.output.behaviour import behaviour_line


def test_the_line():
    assert behaviour_line(BehaviourSummary(programs=412)) == "behaviour: 0 of 412 programs without protection"
    assert behaviour_line(BehaviourSummary(412, 3, 1, 2, 1, index=7)) == (
        "behaviour: 3 of 412 programs without protection, 1 setuid, 2 hooks of no package, 1 sign of missing maintenance, "
        "index 7 of 100"
    )


def test_the_parts_of_the_index_the_highest_first():
    parts = (PartScore("hooks", 1, 3), PartScore("names", 0, 0), PartScore("capabilities", 1, 28))
    assert behaviour_line(BehaviourSummary(hooks=1, parts=parts, index=30)) == (
        "behaviour: 1 hook of no package, index 30 of 100 (capabilities 28, hooks 3)"
    )


def test_without_anything_to_say():
    assert behaviour_line(BehaviourSummary()) == ""
