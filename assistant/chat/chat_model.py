"""Any chat model that LangChain knows, by name: opened once, streamed under a budget, its failures told apart.

Nothing that a provider says in an error is passed on: such texts can quote the key.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from langchain.chat_models import init_chat_model
from langchain_core import exceptions as failures
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk

from assistant.errors import ChatError, ConfigError
from assistant.exchange import Message, Reply, Spending, Trouble

EXTRAS: Mapping[str, str] = {"anthropic": "anthropic", "ollama": "ollama", "deepseek": "deepseek"}
"""The extra of this package that brings a provider's; ``openai`` comes with it."""
_STEADY: Mapping[str, Any] = {"temperature": 0}
_KEYLESS = "none"
"""What is sent as the key to a server of one's own, where none is set."""
_TROUBLES: tuple[tuple[type[Exception], Trouble], ...] = (
    (failures.ContextOverflowError, Trouble.OVERFLOW),
    (failures.ModelTimeoutError, Trouble.TIMEOUT),
    (failures.ModelRateLimitError, Trouble.RATE_LIMIT),
    (failures.ModelAuthenticationError, Trouble.REFUSED),
    (failures.ModelPermissionDeniedError, Trouble.REFUSED),
    (failures.ModelNotFoundError, Trouble.NO_MODEL),
    (failures.ModelInvalidRequestError, Trouble.REJECTED),
    (failures.ModelAPIError, Trouble.SERVER_ERROR),
    (failures.ModelConnectionError, Trouble.UNREACHABLE),
)
_STATUS = {401: Trouble.REFUSED, 403: Trouble.REFUSED, 404: Trouble.NO_MODEL, 408: Trouble.TIMEOUT, 413: Trouble.OVERFLOW, 429: Trouble.RATE_LIMIT}
_FINISHED = ("finish_reason", "stop_reason", "done_reason")
_SAYS = {
    Trouble.TIMEOUT: "did not finish in time. Raise ASSISTANT_CHAT_TIMEOUT, or choose a faster model",
    Trouble.RATE_LIMIT: "takes no more requests for now (429). Wait, or raise the limit at the provider",
    Trouble.SERVER_ERROR: "failed on its server. Try again later",
    Trouble.UNREACHABLE: "cannot be reached. Check that its server runs, and the provider's base URL variable",
    Trouble.REFUSED: "refused the key. Check the provider's key variable",
    Trouble.NO_MODEL: "is not known to the provider. Correct ASSISTANT_CHAT_MODEL",
    Trouble.REJECTED: "rejected the request. Check that the model can chat",
    Trouble.BROKEN: "broke off. Try again",
    Trouble.OVERFLOW: "cannot take that much text. Lower ASSISTANT_CHAT_TOKENS or ASSISTANT_TOP_K",
    Trouble.EMPTY: "said nothing. Raise ASSISTANT_CHAT_REPLY_TOKENS if it thinks before it answers",
}


class ChatModel(Protocol):
    """What answers messages; a recording can stand in for the real one."""

    @property
    def name(self) -> str:
        """The model, as ``provider:model``."""

    def stream(self, messages: Sequence[Message], spending: Spending) -> Iterator[Reply]:
        """Yield the reply as it comes.

        Raises:
            ChatError: it does not come, or not whole.
        """


class LangChainModel:
    """A chat model behind LangChain's ``init_chat_model``.

    Args:
        name: ``provider:model``. Key and address are read by the provider's package from its usual variables.
        timeout: seconds that a connection may be silent.

    Raises:
        ConfigError: the provider is not known, not installed, or lacks a setting.
    """

    def __init__(self, name: str, timeout: float) -> None:
        self.name = name
        self._provider = name.partition(":")[0]
        self._timeout = timeout
        self._model = _opened(name, self._provider, timeout, _STEADY)
        self._steady = True

    def stream(self, messages: Sequence[Message], spending: Spending) -> Iterator[Reply]:
        """Yield the reply as it comes, and what it took last.

        Raises:
            ChatError: it does not come, does not come whole, or the budget is spent.
        """
        prompt = "\n".join(m.text for m in messages)
        most = spending.reply_tokens(prompt)
        said: list[str] = []
        counts = (0, 0)
        finished = False
        try:
            for chunk in self._chunks(messages, most, spending):
                usage = chunk.usage_metadata
                if usage:
                    counts = (counts[0] + usage["input_tokens"], counts[1] + usage["output_tokens"])
                finished |= any(chunk.response_metadata.get(key) for key in _FINISHED)
                if chunk.text:
                    said.append(chunk.text)
                    yield Reply(chunk.text)
        finally:
            spending.spend(prompt, "".join(said), *counts)
        if not finished:
            raise chat_error(self.name, Trouble.BROKEN)
        if not "".join(said).strip():
            raise chat_error(self.name, Trouble.EMPTY)
        yield Reply("", *counts)

    def _asked(self, messages: Sequence[Message], most: int) -> Iterator[AIMessageChunk]:
        """Yield LangChain's chunks. A model that rejects the request is asked once more without options, which some do not take."""
        said = [(m.role, m.text) for m in messages]
        limit: dict[str, Any] = {"num_predict" if self._provider == "ollama" else "max_tokens": most}
        try:
            yield from self._model.stream(said, **limit)
        except failures.ModelInvalidRequestError:
            if not self._steady:
                raise
            self._model, self._steady = _opened(self.name, self._provider, self._timeout, {}), False
            yield from self._model.stream(said, **limit)

    def _chunks(self, messages: Sequence[Message], most: int, spending: Spending) -> Iterator[AIMessageChunk]:
        """Yield LangChain's chunks, but wait no longer than time is left, whatever the provider's package does.

        The call runs in a thread of its own. Given up, it ends when its connection has been silent for the timeout.
        """
        arrived: queue.Queue[AIMessageChunk | Exception | None] = queue.Queue()
        given_up = threading.Event()

        def call() -> None:
            begun = False
            try:
                for chunk in self._asked(messages, most):
                    if given_up.is_set():
                        return
                    begun = True
                    arrived.put(chunk)
                arrived.put(None)
            except Exception as error:  # whatever a provider's package raises ends here, so that no text of it gets out
                arrived.put(chat_error(self.name, _trouble(error, begun)))

        threading.Thread(target=call, name="chat", daemon=True).start()
        try:
            while True:
                try:
                    got = arrived.get(timeout=max(0.0, spending.seconds()))
                except queue.Empty:
                    raise chat_error(self.name, Trouble.TIMEOUT) from None
                if got is None:
                    return
                if isinstance(got, Exception):
                    raise got from None
                yield got
        finally:
            given_up.set()


def _opened(name: str, provider: str, timeout: float, options: Mapping[str, Any]) -> BaseChatModel:
    options = dict(options)
    if provider != "ollama":
        options |= {"max_retries": 0, "timeout": timeout}
    if provider == "openai":
        options["stream_usage"] = True
        if not os.environ.get("OPENAI_API_KEY") and (os.environ.get("OPENAI_BASE_URL") or os.environ.get("OPENAI_API_BASE")):
            options["api_key"] = _KEYLESS
    try:
        model: BaseChatModel = init_chat_model(name, **options)
    except ImportError:
        extra = EXTRAS.get(provider)
        package = f"'policy-case-assistant[{extra}]'" if extra else f"langchain-{provider.replace('_', '-')}"
        raise ConfigError(f"ASSISTANT_CHAT_MODEL: {name!r} needs a package that is not installed. Run: pip install {package}") from None
    except Exception as error:  # packages of providers raise errors of their own where a key is missing
        if isinstance(error, ValueError) and "provider" in str(error):
            raise ConfigError(f"ASSISTANT_CHAT_MODEL: {name!r} names no provider that LangChain knows. Begin it with openai:, ollama: or anthropic:.") from None
        raise ConfigError(
            f"ASSISTANT_CHAT_MODEL: {name!r} cannot be opened. Set the variables of its provider, such as {provider.upper()}_API_KEY; see docs/models.md."
        ) from None
    return model


def chat_error(name: str, trouble: Trouble) -> ChatError:
    """Return the error for a trouble, in words of our own."""
    return ChatError(trouble, f"{name} {_SAYS[trouble]}.")


def _trouble(error: Exception, begun: bool) -> Trouble:
    """Return what an error of LangChain, or of a provider's package, comes to."""
    for sort, trouble in _TROUBLES:
        if isinstance(error, sort):
            return Trouble.BROKEN if begun and trouble in (Trouble.UNREACHABLE, Trouble.SERVER_ERROR) else trouble
    status = getattr(error, "status_code", None)
    if isinstance(status, int) and status >= 400:
        return _STATUS.get(status, Trouble.SERVER_ERROR if status >= 500 else Trouble.REJECTED)
    if "timeout" in type(error).__name__.lower():
        return Trouble.TIMEOUT
    return Trouble.BROKEN if begun or "protocol" in type(error).__name__.lower() else Trouble.UNREACHABLE
