from careen.model.plan import NOTHING, Action, Change


def test_the_changes_of_an_action_and_those_of_the_dockerfile():
    pins = Change("pip", "r.txt", "manifest", "set a to 2")
    own = Change("pip", "/v/bin/python3", "dockerfile", "pip install a==2")
    both = Action(own.manager, own.place, own.where, own.command, (), 3, (pins,))
    assert both.changes == (own, pins)
    assert both.in_dockerfile == (own,)
    assert Action("pip", "r.txt", "manifest", "set a to 2", (), 3).in_dockerfile == ()


def test_nothing_to_do_has_no_number():
    assert (NOTHING.before, NOTHING.after, NOTHING.actions, NOTHING.repairs) == (0, 0, (), ())
