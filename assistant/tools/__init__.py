"""Tools that compute from a college's own records by rules that are data, each resting on a cited passage: a family over the same records."""
