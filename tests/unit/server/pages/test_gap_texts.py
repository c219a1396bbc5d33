"""Every reason of coverage that an image may have has a next step."""

from careen.model.reasons import EFFECTS
from careen.server.pages.gap_texts import STEPS, UNKNOWN, texts_of

OF_CHECKS = {"unpinned", "as_of_today", "unresolved", "unread_manifest", "unread_address", "unread_repository"}


def test_every_reason_of_an_image_has_a_step():
    assert set(EFFECTS) - set(STEPS) == OF_CHECKS, "careen check alone has these"
    assert texts_of("of_a_plugin")[1] == UNKNOWN
