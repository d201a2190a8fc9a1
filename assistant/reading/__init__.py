"""Files to ``Source`` records: one reader for each kind, in a process of its own, with the metadata that people or the document give."""
