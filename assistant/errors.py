"""Everything that can go wrong in a way that a user can put right.

The exception tree::

    AssistantError                 anything a user can put right; its text is one line: what, where, what to do
    ├── ConfigError                a setting or prompt file is wrong
    ├── MetadataError              front matter, sidecar or --metadata holds an unknown key or value
    │   └── IdTaken                another document has the id
    ├── ProfileError               a field of an enterprise profile is unknown or holds a wrong value
    ├── ProvisionError             an entry of the catalogue of provisions is wrong
    ├── ToolError                  a table, scores file or setting that a tool was given is wrong
    ├── RowError                   a row of a batch file lacks a field or holds a wrong one
    ├── AccountError               an account, session or token cannot be made, found or kept
    ├── ChatError                  a chat model does not answer
    ├── ConversationError          conversations cannot be read or written
    ├── LoadError                  a file cannot be taken
    │   ├── UnknownSuffix          no reader for this kind of file
    │   ├── EmptyFile              nothing in it
    │   ├── NoTextLayer            pages, but no text on them
    │   ├── EncryptedFile          a password is needed
    │   └── UnreadableFile         damaged, or not what its suffix says
    ├── BackupError                a backup cannot be written, read or put in place
    └── LibraryError                the stored index cannot serve
        ├── IndexMismatch          built with another embedder or chunker
        ├── IndexUnavailable       locked, missing rights, or the vector server is away
        │   └── DiskFull           no space left on a disk of the server
        ├── SourceNotFound         no source with that id
        └── NoPicture              a source whose pages cannot be shown
"""

from __future__ import annotations

from assistant.exchange import Trouble


class AssistantError(Exception):
    """Anything a user can put right. ``str(error)`` is one line: what, where, what to do."""


class ConfigError(AssistantError):
    """A setting or a prompt file is wrong."""


class MetadataError(AssistantError):
    """A metadata key or value is not one of the legal ones."""


class IdTaken(MetadataError):
    """Another document has the id that a file would get."""


class ProfileError(AssistantError):
    """A field of an enterprise profile is not one of the known ones, or its value is not legal."""


class ProvisionError(AssistantError):
    """An entry of the catalogue of provisions holds an unknown key or field, or a formula that is none."""


class ToolError(AssistantError):
    """A table, a file of scores or a setting that a tool was given is wrong."""


class RowError(AssistantError):
    """A row of a batch file lacks a field or holds a wrong one."""


class AccountError(AssistantError):
    """An account, session or token cannot be made, found or kept."""


class ChatError(AssistantError):
    """A chat model does not answer, or what it says is of no use. The text never quotes the provider: that may hold a key."""

    def __init__(self, trouble: Trouble, message: str) -> None:
        super().__init__(message)
        self.trouble = trouble


class ConversationError(AssistantError):
    """Conversations cannot be read or written, or there is none with that id."""


class LoadError(AssistantError):
    """A file cannot be taken into the library."""


class UnknownSuffix(LoadError):
    """There is no reader for this kind of file."""


class EmptyFile(LoadError):
    """The file holds no text at all."""


class NoTextLayer(LoadError):
    """The file has pages, but no text on them (a scan)."""


class EncryptedFile(LoadError):
    """The file needs a password."""


class UnreadableFile(LoadError):
    """The file is damaged, or not what its suffix says."""


class BackupError(AssistantError):
    """A backup cannot be written, is damaged, or cannot be put in place."""


class LibraryError(AssistantError):
    """The stored index cannot serve this request."""


class IndexMismatch(LibraryError):
    """The index was built with another embedder, dimension or chunker."""


class IndexUnavailable(LibraryError):
    """The index is locked, may not be written, or its vector server is away."""


class StoreDamaged(IndexUnavailable):
    """An embedded vector store cannot be read; all that is in it is in the library file too."""


class DiskFull(IndexUnavailable):
    """No space is left on a disk of the server."""


class SourceNotFound(LibraryError):
    """No source has that id."""


class NoPicture(LibraryError):
    """The pages of a source cannot be shown: it has none, or its file is not kept."""
