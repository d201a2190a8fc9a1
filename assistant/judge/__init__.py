"""Whether the cited words carry a sentence. Knows nothing of how the sentence came to be."""
