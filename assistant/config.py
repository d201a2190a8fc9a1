"""Settings and prompt files, and one fingerprint over both.

Every setting is an environment variable with the prefix ``ASSISTANT_``; ``docs/settings.md`` lists them all.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
from enum import StrEnum
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import ConfigError

_HERE = Path(__file__).resolve().parent


def shipped(folder: str) -> Path:
    """Return a folder that ships with the product: inside the wheel, or beside the package in a checkout."""
    packaged = _HERE / f"_{folder}"
    return packaged if packaged.is_dir() else _HERE.parent / folder


class SignIn(StrEnum):
    """How people say who they are."""

    OFF = "off"
    ACCOUNTS = "accounts"
    PROXY = "proxy"


class Settings(BaseSettings):
    """What a deployment may choose. Secrets are not settings: providers read their own variables."""

    model_config = SettingsConfigDict(env_prefix="ASSISTANT_", extra="ignore", frozen=True)

    home: Path = Field(default=Path(".assistant"), description="Folder that holds the library's state.")
    corpus: str = Field(
        default="default",
        description="Folder that fills an empty home; `default` is the corpus that ships, empty means start bare.",
    )
    embedding_model: str = Field(
        default="all-MiniLM-L6-v2+use-multilingual-3",
        description="What gives texts their vectors: the two packaged models side by side, or one sentence-transformers model, "
        "by a name or folder that this machine can load.",
    )
    chroma_url: str = Field(default="", description="Address of a Chroma server; empty means embedded, inside the home folder.")
    jurisdiction: str = Field(default="", description="Where the asker is, as ISO 3166-2 (`CN-50`); empty means not given.")
    top_k: int = Field(default=10, ge=1, le=100, description="Passages retrieved for a question.")
    answer_words: int = Field(default=120, ge=20, le=400, description="Length of an answer that is not a list, in words.")
    verifier: str = Field(
        default="",
        description="Model that weighs meaning when sentences are verified, as `cross-encoder:NAME` or `lettucedetect:NAME`; "
        "empty means shared words.",
    )
    chat_model: str = Field(default="", description="Chat model that writes the answers, as `provider:model`; empty means that none does.")
    chat_timeout: float = Field(default=60.0, gt=0, le=3600, description="Seconds that the model may take over a question, all calls together.")
    chat_tokens: int = Field(default=16_000, ge=500, description="Tokens, read and written, that a question may take, all calls together.")
    chat_reply_tokens: int = Field(default=2_000, ge=100, description="Tokens of one reply.")
    chat_cost: float = Field(default=0.0, ge=0, description="Cost that a question may take, in the currency of the prices; 0 is no limit.")
    chat_price_in: float = Field(default=0.0, ge=0, description="Price of a million tokens that the model reads.")
    chat_price_out: float = Field(default=0.0, ge=0, description="Price of a million tokens that the model writes.")
    database_url: SecretStr = Field(
        default=SecretStr(""),
        description="Where conversations and accounts are kept, as SQLAlchemy names databases; empty means SQLite files in the home folder.",
    )
    host: str = Field(default="127.0.0.1", description="Address that `assistant serve` listens on.")
    port: int = Field(default=7860, ge=0, le=65535, description="Port that `assistant serve` listens on.")
    sign_in: SignIn = Field(
        default=SignIn.OFF,
        description="How people sign in: `off` (on loopback only), `accounts` (names and passwords, see `assistant users`), `proxy` (a header).",
    )
    session_hours: int = Field(default=12, ge=1, le=720, description="Hours after which people sign in again.")
    proxy_addresses: str = Field(
        default="", description="Addresses and networks of reverse proxies, separated by commas; only their headers about the asker are believed."
    )
    proxy_user_header: str = Field(default="X-Forwarded-User", description="Header in which a proxy says who has signed in there.")
    allowed_hosts: str = Field(
        default="",
        description="Names under which the server may be addressed, separated by commas; empty means loopback names while nobody signs in, else any.",
    )
    rate_limit: int = Field(
        default=120, ge=1, description="Requests a minute that one person or address may make, and ten times as many short events of the page."
    )
    request_timeout: float = Field(default=120.0, gt=0, le=3600, description="Seconds after which a request is given up.")
    max_upload_mb: int = Field(default=64, ge=1, le=4096, description="Size of an upload, all its files together, in MB.")

    @field_validator("embedding_model")
    @classmethod
    def _not_blank(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("must name a model")
        return value

    @field_validator("proxy_addresses")
    @classmethod
    def _networks(cls, value: str) -> str:
        for part in split_list(value):
            ipaddress.ip_network(part, strict=False)
        return value

    @field_validator("verifier")
    @classmethod
    def _kind_and_model(cls, value: str) -> str:
        kind, _, name = value.strip().partition(":")
        if value.strip() and not (kind in ("cross-encoder", "lettucedetect") and name):
            raise ValueError("write it as cross-encoder:NAME or lettucedetect:NAME")
        return value.strip()

    @field_validator("chat_model")
    @classmethod
    def _provider_and_model(cls, value: str) -> str:
        provider, _, model = value.strip().partition(":")
        if value.strip() and not (provider and model):
            raise ValueError("write it as provider:model, such as openai:qwen3-8b")
        return value.strip()

    @property
    def corpus_folder(self) -> Path | None:
        """The folder that fills an empty home, or ``None`` to start bare."""
        if not self.corpus:
            return None
        return shipped("corpus") if self.corpus == "default" else Path(self.corpus)

    @property
    def conversations_file(self) -> Path:
        """Where conversations are kept unless another database is named."""
        return self.home / "conversations.sqlite"

    @property
    def accounts_file(self) -> Path:
        """Where accounts are kept unless another database is named."""
        return self.home / "accounts.sqlite"

    def fingerprint(self) -> str:
        """Return a hash over the settings that change answers, and all prompts."""
        parts = {
            "embedding_model": self.embedding_model,
            "jurisdiction": self.jurisdiction,
            "top_k": self.top_k,
            "answer_words": self.answer_words,
            "chat": [self.chat_model, self.chat_tokens, self.chat_reply_tokens] if self.chat_model else [],
            "verifier": self.verifier,
            "prompts": {path.name: path.read_text(encoding="utf-8") for path in sorted(shipped("prompts").glob("*.md"))},
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]


def split_list(value: str) -> list[str]:
    """Return the entries of a list that is written with commas."""
    return [part.strip() for part in value.split(",") if part.strip()]


def load_settings(**overrides: object) -> Settings:
    """Return the settings from the environment, with ``overrides`` on top.

    Raises:
        ConfigError: a variable has a value that its setting cannot take.
    """
    try:
        return Settings(**{key: value for key, value in overrides.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = f"ASSISTANT_{str(first['loc'][0]).upper()}"
        raise ConfigError(f"{name}: {first['input']!r} is not usable ({first['msg']}). See docs/settings.md.") from error
