"""Open: a reference comes in, an Image (configuration and unread layers) goes out."""
