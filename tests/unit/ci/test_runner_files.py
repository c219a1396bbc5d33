from careen.ci.runner_files import SUMMARY_BYTES, add_outputs, add_summary


def read_back(text):
    """What the runner makes of the file, by its rules."""
    found, lines = {}, iter(text.splitlines())
    for line in lines:
        name, _, mark = line.partition("<<")
        value = []
        for inner in lines:
            if inner == mark:
                break
            value.append(inner)
        found[name] = "\n".join(value)
    return found


def test_a_value_cannot_add_another_one(tmp_path):
    file = tmp_path / "output"
    file.write_text("before<<x\n1\nx\n")
    hostile = "main\nend_0\nadmin=true\nfix<<EOF\nyes\nEOF"
    add_outputs(file, {"ref": hostile, "exit-code": "0"})
    assert read_back(file.read_text()) == {"before": "1", "ref": hostile, "exit-code": "0"}


def test_each_value_has_a_delimiter_of_its_own(tmp_path):
    file = tmp_path / "output"
    add_outputs(file, {"a": "1", "b": "2"})
    marks = [line.partition("<<")[2] for line in file.read_text().splitlines() if "<<" in line]
    assert len(set(marks)) == 2 and all(len(mark) == 36 for mark in marks)


def test_a_summary_is_added_whole_or_not_at_all(tmp_path):
    file = tmp_path / "summary"
    add_summary(file, "# one")
    add_summary(file, "é" * (SUMMARY_BYTES // 2 + 1))
    assert (
        file.read_text()
        == "# one\nThe report is too long for a summary. It is careen.md in the folder that the output `reports` names.\n\n"
    )
