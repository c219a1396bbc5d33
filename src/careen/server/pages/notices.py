"""The confirmation that a page shows after a change. The URL contains only its key, so that no URL can add text to a
page.
"""

NOTICES = {
    "saved": "Saved.",
    "removed": "Removed.",
    "decided": "Decided. It counts from now on, and can be undone.",
    "undone": "Undone. The decisions count no longer, and stay on record.",
    "revoked": "Revoked. It counts no longer.",
    "registry": "Added. Test it: nothing is stored by that.",
    "crawled": "The registry is listed soon.",
    "scanning": "The image is read now.",
    "uploaded": "Uploaded. It is assessed now.",
    "again": "The message will be sent again, marked as a repeat.",
    "cancelled": "The job is cancelled.",
}
