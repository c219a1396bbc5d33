import pytest

from careen.formats.dockerfile.reader import read_dockerfile
from careen.predict.context import Context
from careen.predict.context_files import Files


def found(root, text, path):
    files = Files(read_dockerfile(text), Context(root))
    (stage,) = files.document.stages
    files.begin(stage)
    for step in stage.steps:
        files.take(step)
    return files.find(path, files.copies[0])


def test_files_of_the_context(tmp_path):
    (tmp_path / "a.txt").write_text("a")
    text = "FROM x\nWORKDIR /app\nCOPY a.txt ./\nCOPY . /all/\n"
    assert found(tmp_path, text, "/app/a.txt") == ("a.txt", b"a")
    assert found(tmp_path, text, "/all/a.txt") == ("a.txt", b"a")
    assert found(tmp_path, text, "/a.txt") is None


@pytest.mark.parametrize(
    ("copy", "path", "content"),
    [
        ("COPY <<EOF /b.txt\nx==$V\nEOF\n", "/b.txt", b"x==1\n"),
        ("COPY <<'EOF' /b.txt\nx==$V\nEOF\n", "/b.txt", b"x==$V\n"),
        ("COPY <<-EOF sub/\n\tx\n\tEOF\n", "/sub/EOF", b"\tx\n"),
        ("COPY <<A <<B /d/\n1\nA\n2\nB\n", "/d/A", b"1\n"),
        ("COPY <<A <<B /d/\n1\nA\n2\nB\n", "/d/B", b"2\n"),
    ],
)
def test_here_documents(tmp_path, copy, path, content):
    assert found(tmp_path, f"FROM x\nENV V=1\n{copy}", path) == ("Dockerfile", content)


def test_a_here_document_is_no_folder(tmp_path):
    (tmp_path / "EOF").mkdir()
    (tmp_path / "EOF" / "c").write_text("c")
    assert found(tmp_path, "FROM x\nCOPY <<EOF /d\n1\nEOF\n", "/d/c") is None
