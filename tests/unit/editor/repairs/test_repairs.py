from careen.editor.repairs import repairs
from careen.plugins import Check, load

FOLDERS = ("dockerfile", "compose", "kubernetes")


def test_each_repair_belongs_to_a_check():
    known = {check.id for folder in FOLDERS for check in load(f"careen.checks.{folder}", "CHECK", Check)}
    assert repairs().keys() <= known
    assert repairs() is repairs()
