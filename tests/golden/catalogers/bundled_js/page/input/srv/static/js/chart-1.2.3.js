// a page of its own
