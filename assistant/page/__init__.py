"""The web page: tabs, words in both languages, and HTML as pure functions."""
