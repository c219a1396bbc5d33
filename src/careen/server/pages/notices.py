"""The confirmation that a page shows after a change. The URL contains only its key, so that no URL can add text to a
page.
"""

NOTICES = {
    "saved": "Saved.",
    "removed": "Removed.",
    "decided": "Decided. The decision counts from now on, and can be undone.",
    "undone": "Undone. The decisions no longer count, and stay on record.",
    "revoked": "Revoked. The decision no longer counts.",
    "password": "Your password is changed. Your other sessions have ended.",
    "registry": "Added. The registry is listed within a minute. A test shows now what it would find, and stores nothing.",
    "registry_asked": "Added. The registry is listed only on request. A test shows what it would find, and stores nothing.",
    "crawled": "The registry will be listed soon.",
    "scanning": "The image is being read.",
    "uploaded": "Uploaded. The file is being assessed.",
    "again": "The message will be sent again, marked as a repeat.",
    "cancelled": "The job is cancelled.",
}
