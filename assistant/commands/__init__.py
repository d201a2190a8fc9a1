"""The command line, and how results look in a terminal."""
