"""The sentences that answer, out of what was found; whether they are enough; which sources disagree; how they are cited."""
