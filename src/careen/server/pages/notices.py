"""What a page says after a change. The address names the sentence, so that no address can put words into a page."""

NOTICES = {
    "saved": "Saved.",
    "removed": "Removed.",
    "again": "The message will be sent again, marked as a repeat.",
    "cancelled": "The job is cancelled.",
}
