from careen.net.settings import USER_AGENT, NetSettings


def test_how_long_an_answer_may_be_slow():
    assert NetSettings(timeout_s=5).patience_s == 10
    assert NetSettings(timeout_s=5, grace_s=0).patience_s == 0
    assert NetSettings(grace_s=7).patience_s == 7


def test_the_name_of_the_client():
    assert USER_AGENT.startswith("careen/")
