from careen.behaviour.hooks import RULES, count_hooks, hook_findings
from careen.model.hooks import Hook


def test_each_kind_has_a_finding():
    for kind, rule in RULES.items():
        (finding,) = hook_findings([Hook("etc/x", 2, kind, "detail")])
        assert (finding.id, finding.layer, finding.message) == (rule.id, 2, "/etc/x: detail")


def test_indexes_in_the_configuration():
    env = ["PIP_EXTRA_INDEX_URL=https://user:secret@a.example/simple https://b.example", "PIP_INDEX_URL=https://c.example"]
    history = [
        "RUN pip install --extra-index-url https://b.example/simple x",
        "RUN pip install --extra-index-url=http://d.example y",
    ]
    found = list(hook_findings([], env, history))
    assert [finding.message.rpartition(" ")[2] for finding in found] == ["a.example", "b.example", "d.example"]
    assert all("secret" not in finding.message for finding in found)


def test_only_what_runs_code_is_counted():
    assert count_hooks([Hook("a", 0, "cron"), Hook("b", 0, "extra_index"), Hook("c", 0, "plain_index")]) == 1


def test_the_places_of_hooks_and_rules_agree():
    from careen.layers.hooks import FILES, FOLDERS

    assert {*FILES.values(), *FOLDERS.values()} <= RULES.keys()
