"""The confirmation that a page shows after a change. The URL contains only its key, so that no URL can add text to a
page.
"""

NOTICES = {
    "saved": "Saved.",
    "removed": "Removed.",
    "decided": "Decided. It counts from now on, and can be undone.",
    "undone": "Undone. What was decided counts no longer, and stays on record.",
    "revoked": "Revoked. It counts no longer.",
    "password": "Your password is changed. Your other sessions have ended.",
    "registry": "Added. It is listed within a minute. A test shows now what it would find; nothing is stored by that.",
    "registry_asked": "Added. It is listed only when asked. A test shows what it would find; nothing is stored by that.",
    "crawled": "The registry is listed soon.",
    "scanning": "The image is read now.",
    "uploaded": "Uploaded. It is assessed now.",
    "again": "The message will be sent again, marked as a repeat.",
    "cancelled": "The job is cancelled.",
}
