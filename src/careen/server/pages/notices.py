"""What a page says after a change. The address names the sentence, so that no address can put words into a page."""

NOTICES = {
    "saved": "Saved.",
    "removed": "Removed.",
    "cancelled": "The job is cancelled.",
}
