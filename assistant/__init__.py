"""Answers questions about policies, laws and cases, in Chinese and in English.

Every sentence of an answer is cited to a passage of an ingested document and verified against it; where the library
does not hold the answer, the assistant abstains and says why. Nothing is imported here, so that ``import assistant``
costs nothing: start from :class:`assistant.pipeline.Assistant`.
"""

__version__ = "0.1.0"
