"""Opens images: from a reference to an Image (configuration and unread layers)."""
