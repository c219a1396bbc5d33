from careen.model.plan import Action, Change
from careen.output.changes import briefly_where, commands_of, where_of


def action(place, *also):
    return Action("pip", place, "dockerfile", "pip install a==2", (), 1, also)


def test_places_are_named_and_the_rest_is_counted():
    pins = [Change("pip", f"{name}/requirements.txt", "manifest", "set a to 2") for name in "abc"]
    assert where_of(action("")) == "pip"
    assert where_of(action("/v/bin/python3")) == "pip in /v/bin/python3"
    assert where_of(action("/v/bin/python3", pins[0])) == "pip in /v/bin/python3 and a/requirements.txt"
    assert where_of(action("/v/bin/python3", *pins)) == "pip in /v/bin/python3, a/requirements.txt and 2 more places"


def test_several_places_are_counted_where_a_line_is_narrow():
    pin = Change("pip", "a/requirements.txt", "manifest", "set a to 2")
    assert [briefly_where(action(*places)) for places in (("",), ("/v",), ("/v", pin), ("", pin))] == [
        "pip",
        "pip in /v",
        "pip in 2 places",
        "pip in a/requirements.txt",
    ]


def test_one_place_with_two_commands_is_named_once():
    overrides = Change("npm overrides", "/app", "dockerfile", "npm pkg set x && npm install")
    assert where_of(action("/app", overrides)) == "pip in /app"
    assert commands_of(action("/app", overrides)) == ("pip install a==2", "npm pkg set x && npm install")


def test_a_change_of_a_manifest_is_no_command():
    pin = Change("pip", "a/requirements.txt", "manifest", "set a to 2")
    assert commands_of(action("/v", pin)) == ("pip install a==2", "in a/requirements.txt: set a to 2")


def test_the_first_of_several_manifests_is_named_too():
    first, second = (Change("maven", f"app/{name}.jar", "manifest", "set a to 2") for name in "ab")
    several = Action(first.manager, first.place, first.where, first.command, (), 1, (second,))
    assert commands_of(several) == ("in app/a.jar: set a to 2", "in app/b.jar: set a to 2")
    assert commands_of(Action(first.manager, first.place, first.where, first.command, (), 1)) == ("set a to 2",)
