"""The door to Chroma: passage vectors by passage id, embedded in the home folder or on a Chroma server.

Chroma follows SQLite: it may hold vectors of passages that are not live (orphans), never the other way round for long,
and no text is stored in it, so that removing a source leaves none.
"""

from __future__ import annotations

import os
import struct
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from assistant.errors import IndexUnavailable, StoreDamaged
from assistant.library.disk import disk_fault
from assistant.library.embedding import Vectors

COLLECTION = "passages"
_GRAPH = {"space": "cosine", "max_neighbors": 32, "ef_construction": 200, "ef_search": 1000}
"""Denser and searched wider than by default, for a fraction of a millisecond. Up to 1,000 vectors Chroma makes the graph anew at each
opening, a little different each time; searched this wide, it gives the same answers all the same."""
_RACE = "Error finding id"
"""What Chroma says of a read between whose halves another thread deletes, and also where vectors are lost; then it says so again."""
_TRIES, _PAUSE = 4, 0.05
_opening = threading.Lock()


class VectorStore:
    """Vectors by passage id, each with its source id.

    An embedded Chroma reads its vectors when it is opened and never sees what another process writes after that; worse,
    its own next write may then overwrite the other's. Whoever writes from several processes must open anew in between.

    Args:
        home: the library's folder, which holds the embedded store.
        url: address of a Chroma server to use instead.
        collection: names the library on a server, which may serve several.
        held: lets no other process write while Chroma is called, and gives the store to call; if not given, nobody else writes.

    Raises:
        IndexUnavailable: the folder cannot be opened, or the server does not answer.
    """

    def __init__(self, home: Path, url: str = "", collection: str = COLLECTION, held: Held | None = None) -> None:
        os.environ["ANONYMIZED_TELEMETRY"] = "False"
        import chromadb
        from chromadb.api import ServerAPI
        from chromadb.api.client import Client
        from chromadb.config import Settings, System

        self._folder = home / "chroma"  # not there where a server keeps the vectors
        self._url = url
        self._held = held or (lambda: nullcontext(self))
        self._where = url or str(self._folder)
        self._repair = "Run: assistant doctor" if url else "Run: assistant doctor --rebuild"
        try:
            if url:
                parts = urlsplit(url)
                settings = Settings(anonymized_telemetry=False)
                client: Any = chromadb.HttpClient(host=parts.hostname or url, port=parts.port or 8000, ssl=parts.scheme == "https", settings=settings)
                self._stop: Callable[[], object] = lambda: [c._server._session.close() for c in (client, client._admin_client)]  # chromadb never does
            else:
                # a system of its own: PersistentClient gives all of one folder the same, with the view of the first that opened it
                system = System(Settings(anonymized_telemetry=False, is_persistent=True, persist_directory=self._where))
                self._stop = system.stop
                with _opening:
                    system.instance(ServerAPI)  # type: ignore[type-abstract]  # Chroma's own way to say which one
                    system.start()
                    client = Client.from_system(system)
            self._client = client
            self._batch = int(client.get_max_batch_size())
            self._collection = self._open(collection)
        except Exception as error:  # chromadb raises many types, from ValueError to its Rust bindings' own
            raise self._failure("cannot be opened", error, "Start it, or unset ASSISTANT_CHROMA_URL." if url else self._repair) from error

    def _failure(self, what: str, error: Exception, remedy: str) -> IndexUnavailable:
        """Return what a failure of Chroma is to whoever runs the library: a server that is away, a disk that does not serve, or else its own words."""
        if self._url and _is_away(error):
            return IndexUnavailable(f"The vector server at {self._url} cannot be reached. Start it, or unset ASSISTANT_CHROMA_URL.")
        told = f"{self._where}: the vector store {what} ({_first_line(error)}). {remedy}"
        return IndexUnavailable(told) if self._url else disk_fault(error, self._folder.parent) or StoreDamaged(told)

    def _open(self, name: str) -> Any:
        return self._client.get_or_create_collection(name, configuration={"hnsw": _GRAPH}, embedding_function=None)

    def clear(self) -> None:
        """Delete all vectors; those that come may have another dimension."""
        name = self._collection.name
        try:
            self._client.delete_collection(name)
            self._collection = self._open(name)
        except Exception as error:
            raise self._failure("failed to clear", error, self._repair) from error

    def upsert(self, ids: Sequence[str], source_id: str, vectors: Vectors) -> None:
        """Write vectors in batches that Chroma accepts (5,461 rows in the embedded build)."""
        for start in range(0, len(ids), self._batch):
            part = slice(start, start + self._batch)
            self._call("upsert", ids=list(ids[part]), embeddings=vectors[part], metadatas=[{"source_id": source_id}] * len(ids[part]))
        self.blank()

    def blank(self) -> None:
        """Overwrite what an embedded store wrote of this process's memory beside the vectors; a writer that was killed did not come to it."""
        for graph in self._folder.glob("*/header.bin"):
            with suppress(FileNotFoundError):  # lost, which is told elsewhere
                blank_unused_rows(graph.parent)

    def delete(self, ids: Iterable[str]) -> None:
        """Remove vectors by passage id; ids that are not there are no error."""
        wanted = list(ids)
        for start in range(0, len(wanted), self._batch):
            self._call("delete", ids=wanted[start : start + self._batch])
        if wanted:
            self.blank()

    def query(self, vector: Vectors, k: int, sources: Sequence[str] | None = None) -> list[tuple[str, float]]:
        """Return up to ``k`` ``(passage id, cosine)``, nearest first, ties by id; only of ``sources`` where given."""
        where = None if sources is None else {"source_id": {"$in": list(sources)}}
        if sources is not None and not sources:
            return []
        found = self._call("query", query_embeddings=vector.reshape(1, -1), n_results=k, where=where, include=["distances"])
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return sorted(((str(i), 1.0 - float(d)) for i, d in pairs), key=lambda pair: (-pair[1], pair[0]))

    def cosines(self, vector: Vectors, ids: Sequence[str]) -> dict[str, float]:
        """Return the cosine of each of ``ids`` that has a vector."""
        if not ids:
            return {}
        found = self._call("get", ids=list(ids), include=["embeddings"])
        if not found["ids"]:
            return {}
        return dict(zip(found["ids"], (np.asarray(found["embeddings"], dtype=np.float32) @ vector).tolist(), strict=True))

    def ids(self) -> set[str]:
        """Return all passage ids that the store lists, be their vectors there or lost."""
        out: set[str] = set()
        total = self._call("count")
        for offset in range(0, total, self._batch):
            out.update(self._call("get", include=[], limit=self._batch, offset=offset)["ids"])
        return out

    def lost(self, ids: Sequence[str]) -> set[str]:
        """Return those of ``ids`` whose vectors cannot be read, though the store may list them."""
        out: set[str] = set()
        for start in range(0, len(ids), self._batch):
            part = list(ids[start : start + self._batch])
            try:
                with self._held() as store:
                    out.update(set(part) - set(store._collection.get(ids=part, include=["embeddings"])["ids"]))
            except IndexUnavailable:
                raise
            except Exception as error:  # one that is lost fails the whole batch
                if self._url and _is_away(error):
                    raise self._failure("failed to get", error, self._repair) from error
                middle = len(part) // 2
                out |= self.lost(part[:middle]) | self.lost(part[middle:]) if middle else set(part)
        return out

    def count_source(self, source_id: str) -> int:
        """Return how many vectors belong to a source."""
        return len(self._call("get", where={"source_id": source_id}, include=[])["ids"])

    def close(self) -> None:
        """Let go of files and connections."""
        self._stop()

    def _call(self, name: str, **arguments: Any) -> Any:
        for tries_left in reversed(range(_TRIES)):
            try:
                with self._held() as store:
                    return getattr(store._collection, name)(**arguments)
            except IndexUnavailable:
                raise
            except Exception as error:
                if not (tries_left and _RACE in str(error)):
                    raise self._failure(f"failed to {name}", error, self._repair) from error
            time.sleep(_PAUSE)
        raise AssertionError("the last try returns or raises")


Held = Callable[[], AbstractContextManager[VectorStore]]


def blank_unused_rows(graph: Path) -> None:
    """Overwrite with zeros the rows of a graph on disk that no vector fills.

    hnswlib reserves rows without clearing the memory and writes them out as they are, so that whatever the process held there before,
    a chat model's key among others, would lie in the library's folder.

    Args:
        graph: folder of one Chroma segment; ``header.bin`` begins with the format (int32), then as uint64 the offset of the first level,
            the rows reserved, the rows filled and the bytes per row (hnswlib's ``saveIndex``).
    """
    header = (graph / "header.bin").read_bytes()
    if len(header) < _HEADER.size:
        return  # another process is just writing it, and blanks it afterwards
    version, _, _, filled, row = _HEADER.unpack_from(header)
    if version != 1:
        raise IndexUnavailable(f"{graph}: graph format {version} is not known. Install the versions in constraints.txt.")
    for name, width in (("data_level0.bin", row), ("length.bin", _LENGTH)):
        with (graph / name).open("r+b") as file:
            unused = file.seek(0, os.SEEK_END) - filled * width
            if unused > 0:
                file.seek(filled * width)
                file.write(bytes(unused))


_HEADER = struct.Struct("<i4Q")
_LENGTH = 4
"""Bytes of a vector's length, a float32."""


def _is_away(error: BaseException) -> bool:
    """Whether a server could not be spoken to, as far as what led to ``error`` tells: Chroma raises other errors over that."""
    import httpx  # chromadb has imported it by now

    kinds = (httpx.ConnectTimeout, httpx.NetworkError, httpx.ProxyError, httpx.RemoteProtocolError, ConnectionError)
    return isinstance(error, kinds) or any(_is_away(earlier) for earlier in (error.__cause__, error.__context__) if earlier is not None)


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:160]
