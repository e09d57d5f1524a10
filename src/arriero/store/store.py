"""Ollama's model store, read and written as Ollama 0.33 does it, so that both may work on the same files.

Invariant: a manifest is renamed into place only when every blob it names is there, and a blob is removed only when no
manifest names it. Both happen under the store's lock; blobs are written without it, aside. Nothing is created before
the first write, and no reference or digest can name a file outside the store.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from arriero.core.ids import Reference, nearest
from arriero.core.progress import Report, silent
from arriero.store import layer_texts, manifest
from arriero.store.aside import aside_file, store_lock, transfer_lock
from arriero.store.blobs import Blobs, file_chunks, file_size, sync_folder, write_synced
from arriero.store.catalog import Scan, Unreadable, read_bounded, read_config, read_model, scan
from arriero.store.deletion import remove_model
from arriero.store.errors import BlobMissing, ModelDamaged, ModelNotInstalled
from arriero.store.faults import translated
from arriero.store.inspection import inspect
from arriero.store.manifest import Layer
from arriero.store.models import InstalledModel, Removal, StoreProblem


class Store:
    """The folder that `OLLAMA_MODELS` names. Sync; may be used from several threads and processes at once.

    Every method raises StorePermission or StoreFailed when the system refuses; those that write also StoreReadOnly
    and StoreFull.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.blobs = root / "blobs"
        self.manifests = root / "manifests"
        self._blobs = Blobs(root)

    def list(self) -> builtins.list[InstalledModel]:
        """Newest first. What cannot be read is left out, as Ollama does: `problems()` names it."""
        models = [model for reference, path in self._scan().files.items() if (model := self._listed(path, reference))]
        return sorted(models, key=lambda model: model.modified_at_ns, reverse=True)

    def problems(self) -> builtins.list[StoreProblem]:
        with translated(self.manifests):
            return inspect(self.manifests, self._blobs)

    def find(self, ref: Reference) -> InstalledModel | None:
        """Names match without case, as in Ollama; of two the one spelt alike. Raises ModelDamaged."""
        path = self._path_of(ref)
        try:
            return None if path is None else read_model(path, self._reference_of(path), self._blobs)
        except Unreadable as error:
            raise ModelDamaged(str(ref), error.problem.path, error.problem.detail) from error
        except FileNotFoundError:
            return None  # deleted between the look and the reading

    def get(self, ref: Reference) -> InstalledModel:
        """Raises ModelNotInstalled with the nearest name, or ModelDamaged."""
        model = self.find(ref)
        if model is None:
            raise self._not_installed(ref)
        return model

    def blob_path(self, digest: str) -> Path:
        """`sha256:<64 hex>` -> its file, there or not. Raises BadDigest."""
        return self._blobs.path(digest)

    def has_blob(self, digest: str) -> bool:
        return self.blob_size_bytes(digest) is not None

    def blob_size_bytes(self, digest: str) -> int | None:
        """Of the blob that is there, None without one. Raises BadDigest."""
        return self._blobs.size_bytes(digest)

    def is_whole(self, model: InstalledModel) -> bool:
        """Every blob it names is there and has its size."""
        return self._missing([*model.layers, model.config_layer]) is None

    def add_bytes(self, data: bytes, media_type: str) -> Layer:
        """Stores a small blob; the same bytes are stored once."""
        return self._blobs.add([data], media_type, len(data))

    def add_chunks(self, chunks: Iterable[bytes], media_type: str, size_bytes: int) -> Layer:
        """Stores bytes as they come; `size_bytes` is how many to make room for.

        What `chunks` raises goes through as it is, an OSError too.
        """
        return self._blobs.add(chunks, media_type, size_bytes)

    def add_file(self, path: Path, media_type: str, progress: Report = silent) -> Layer:
        """Copies a file's bytes in, once. Reports `store.hash` or `store.copy` in bytes, subject: the file's name."""
        present = self._blobs.find_copy(path, media_type, progress)
        return present or self._blobs.add(file_chunks(path, "store.copy", progress), media_type, file_size(path))

    def write_manifest(self, ref: Reference, config: Layer, layers: Sequence[Layer]) -> InstalledModel:
        """Installs or replaces a model. Raises BlobMissing when a blob it names is not there (any more)."""
        self._place(ref, manifest.render(config, layers), [*layers, config])
        return self.get(ref)

    def write_raw_manifest(self, ref: Reference, raw: bytes) -> InstalledModel:
        """As write_manifest, with a manifest's bytes as they came, so that its digest stays the one it has elsewhere.

        Ollama keeps what a registry sends in the same way since 0.19. Raises ModelDamaged, and nothing is replaced,
        when the bytes or the config that they name cannot be read; BlobMissing.
        """
        try:
            found = manifest.parse(raw)
            self._require(list(found.blobs()))
            read_config(found, ref, self._blobs)
        except Unreadable as error:
            raise ModelDamaged(str(ref), error.problem.path, error.problem.detail) from error
        except (ValueError, RecursionError) as error:
            raise ModelDamaged(str(ref), self._path_for(ref), str(error)) from error
        self._place(ref, raw, list(found.blobs()))
        return self.get(ref)

    @contextmanager
    def arriving(self) -> Iterator[None]:
        """Held from the first blob until the manifest that names them: nobody takes them for orphans meanwhile."""
        with ExitStack() as held:
            with translated(self.root):
                self.root.mkdir(parents=True, exist_ok=True)
                held.enter_context(transfer_lock(self.root))
            yield

    def raw_manifest(self, ref: Reference) -> bytes:
        """The manifest's very bytes. Raises ModelNotInstalled."""
        path = self._path_of(ref)
        if path is None:
            raise self._not_installed(ref)
        with translated(path):
            return read_bounded(path)

    def references(self) -> builtins.list[Reference]:
        """Of every manifest, readable or not, sorted."""
        return sorted(self._scan().files)

    def blobs_of(self, ref: Reference) -> builtins.list[Layer]:
        """Every blob that its manifest names, once; they need not be there. Raises ModelNotInstalled, ModelDamaged."""
        try:
            found = manifest.parse(self.raw_manifest(ref))
        except (ValueError, RecursionError) as error:
            raise ModelDamaged(str(ref), self._path_for(ref), str(error)) from error
        return builtins.list({layer.digest: layer for layer in found.blobs()}.values())

    def copy(self, source: Reference, destination: Reference) -> None:
        """A second name for a model: the manifest's very bytes. Raises ModelNotInstalled, ModelDamaged."""
        model = self.get(source)
        self._place(destination, self.raw_manifest(source), [*model.layers, model.config_layer])

    def delete(self, ref: Reference) -> Removal:
        """Removes the manifest, folders left empty, then the blobs that no other manifest names.

        While any manifest cannot be read, nobody knows what it names, and all blobs stay: `Removal.unreadable`.
        Raises ModelNotInstalled. A damaged model can be deleted too.
        """
        with translated(self.manifests):
            path = self._path_of(ref)
            if path is None:
                raise self._not_installed(ref)
            with store_lock(self.root):
                return remove_model(path, self._reference_of(path), self.manifests, self._blobs)

    def gguf_path(self, model: InstalledModel) -> Path:
        """The model's weights. Raises BlobMissing when they are not there, ModelDamaged for a model without any."""
        layer = model.layer("model")
        if layer is None:
            raise ModelDamaged(str(model.reference), self._path_for(model.reference), "no model layer")
        if not self.has_blob(layer.digest):
            raise BlobMissing(layer.digest, self.blob_path(layer.digest))
        return self.blob_path(layer.digest)

    def template_text(self, model: InstalledModel) -> str | None:
        """The Go template, None without one. This and its neighbours raise BlobMissing and ModelDamaged."""
        return layer_texts.text(model, "template", self._blobs)

    def system_text(self, model: InstalledModel) -> str | None:
        return layer_texts.text(model, "system", self._blobs)

    def params(self, model: InstalledModel) -> dict[str, Any]:
        return layer_texts.params(model, self._blobs)

    def licenses(self, model: InstalledModel) -> builtins.list[str]:
        return layer_texts.texts(model, "license", self._blobs)

    def messages(self, model: InstalledModel) -> builtins.list[dict[str, Any]]:
        return layer_texts.messages(model, self._blobs)

    def _listed(self, path: Path, reference: Reference) -> InstalledModel | None:
        try:
            return read_model(path, reference, self._blobs)
        except (Unreadable, FileNotFoundError):
            return None

    def _scan(self) -> Scan:
        with translated(self.manifests):
            return scan(self.manifests)

    def _path_for(self, ref: Reference) -> Path:
        if not ref.valid:  # one built by hand, not parsed: it could leave the store
            raise ValueError(ref.full)
        return self.manifests.joinpath(*ref.parts)

    def _reference_of(self, path: Path) -> Reference:
        return Reference(*path.relative_to(self.manifests).parts)

    def _path_of(self, ref: Reference) -> Path | None:
        files = self._scan().files
        return files.get(ref) or next((path for found, path in files.items() if found.matches(ref)), None)

    def _not_installed(self, ref: Reference) -> ModelNotInstalled:
        return ModelNotInstalled(str(ref), nearest(str(ref), [str(known) for known in self._scan().files]))

    def _place(self, ref: Reference, data: bytes, layers: Sequence[Layer]) -> None:
        path = self._path_of(ref) or self._path_for(ref)
        with translated(self.root, len(data)):
            self.root.mkdir(parents=True, exist_ok=True)
            with store_lock(self.root), aside_file(self.root) as aside:
                self._require(layers)
                write_synced(aside.fd, [data])
                path.parent.mkdir(parents=True, exist_ok=True)
                aside.path.replace(path)
                sync_folder(path.parent)

    def _require(self, layers: Sequence[Layer]) -> None:
        missing = self._missing(layers)
        if missing is not None:
            raise BlobMissing(missing.digest, self._blobs.path(missing.digest))

    def _missing(self, layers: Sequence[Layer]) -> Layer | None:
        named = (layer for layer in layers if layer.digest)
        return next((layer for layer in named if self.blob_size_bytes(layer.digest) != layer.size_bytes), None)
