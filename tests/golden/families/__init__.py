"""One module per family of golden cases; each has a `build()` that returns the family's file(s)."""
