"""A question's passages: words and meaning in one total order."""
