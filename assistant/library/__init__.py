"""``Source`` to passages, words and vectors on disk: cut along the structure of the text, replaced whole, removed for good."""
