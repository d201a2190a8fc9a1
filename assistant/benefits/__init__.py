"""An enterprise's profile against the catalogue of provisions: the worksheet of what may be claimed and what is owed."""
