from careen.errors import InputError, NetworkError
from careen.images.referrers.answer import MAX_TROUBLES, Answer
from careen.model.attached import Signature


def test_a_document_that_the_network_does_not_give_leaves_the_answer_incomplete():
    answer = Answer()
    answer.unread("sha256:1", ValueError("malformed"))
    assert answer.attached((), ()).complete
    answer.unread("sha256:2", NetworkError("gone", ""))
    found = answer.attached(("sha256:0",), ("key",))
    assert (found.complete, found.asked, found.keys) == (False, ("sha256:0",), ("key",))
    assert found.troubles == ("sha256:2: gone", "sha256:1: malformed")


def test_troubles_are_counted_beyond_a_bound():
    answer = Answer()
    for _ in range(MAX_TROUBLES):
        answer.unread("sha256:1", InputError("odd", ""))
    assert len(answer.attached((), ()).troubles) == MAX_TROUBLES
    answer.incomplete("the list is long")
    assert answer.attached((), ()).troubles[0] == "the list is long"
    assert answer.attached((), ()).troubles[-1] == "and 1 more"


def test_what_was_found():
    answer = Answer()
    answer.signatures.append(Signature("sha256:1", "cosign"))
    answer.others = 2
    found = answer.attached((), ())
    assert (found.signatures, found.others) == ((Signature("sha256:1", "cosign"),), 2)
