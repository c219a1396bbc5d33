from careen.model.behaviour import BehaviourSummary
from careen.output.behaviour import behaviour_line


def test_the_line():
    assert behaviour_line(BehaviourSummary(programs=412)) == "behaviour: 0 of 412 programs without protection"
    assert behaviour_line(BehaviourSummary(412, 3, 1, 2, 1, index=7)) == (
        "behaviour: 3 of 412 programs without protection, 1 setuid, 2 hooks of no package, 1 sign of missing maintenance, "
        "index 7 of 100"
    )
