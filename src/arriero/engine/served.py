"""A model of the store made ready to be served: everything about it but its weights, read once per manifest.

A manifest's digest names its content for good, so what was read for it never grows old. Which manifest a name points to
is asked of the disk for every request: a file whose size, time and inode are the same is not read again.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arriero.core.ids import Reference
from arriero.engine.errors import LayerUnsupported
from arriero.engine.prompt import Message, Template
from arriero.store.errors import ModelNotInstalled
from arriero.store.gguf import GgufHeader, read_header
from arriero.store.models import InstalledModel
from arriero.store.store import Store

_KEPT = 16
_NO_TEMPLATE = "{{ .Prompt }}"


@dataclass(frozen=True)
class ServedModel:
    """`template` is None when the GGUF's Jinja template renders the prompts (the child does it). `system`: empty for
    none. `capabilities` in Ollama's order."""

    installed: InstalledModel
    path: Path
    header: GgufHeader
    template: Template | None
    system: str
    params: dict[str, Any]
    messages: tuple[Message, ...]
    capabilities: tuple[str, ...]

    @property
    def adds_bos(self) -> bool:
        """Whether the tokenizer puts its begin-of-text token before a prompt (Ollama 0.33 tokenizerAddsBOS)."""
        return self.header.metadata.get("tokenizer.ggml.add_bos_token") is True

    @property
    def shifts_context(self) -> bool:
        """llama.cpp cannot shift the context of this architecture."""
        return self.header.architecture != "deepseek2"


Stamp = tuple[int, int, int]


class ServedModels:
    """The models of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: OrderedDict[str, ServedModel] = OrderedDict()
        self._unchanged: dict[Reference, tuple[Stamp, ServedModel]] = {}

    def known(self, reference: Reference) -> ServedModel | None:
        """What `get` gave for this name, if its manifest is still the same: one look at the disk, which does not block
        for long. None: `get` has to read."""
        stamp, model = self._unchanged.get(reference, (None, None))
        return model if stamp is not None and stamp == self._stamp(reference) else None

    async def find(self, reference: Reference) -> ServedModel:
        """`known`, else `get` in a thread: handing work to one costs a request a millisecond. Raises as `get`."""
        found = self.known(reference)
        return await asyncio.to_thread(self.get, reference) if found is None else found

    def get(self, reference: Reference, *, exact_case: bool = False) -> ServedModel:
        """Blocking. Raises ModelNotInstalled and the store's others, GgufError, TemplateInvalid, LayerUnsupported."""
        stamp = self._stamp(reference)
        installed = self._store.get(reference)
        if exact_case and installed.reference != reference:
            raise ModelNotInstalled(str(reference), str(installed.reference))
        key = f"{installed.reference.full} {installed.digest}"
        found = self._known.pop(key, None) or self._read(installed)
        self._known[key] = found
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
        if stamp is not None and installed.reference == reference:  # another spelling may come to mean another file
            self._unchanged[reference] = stamp, found
            while len(self._unchanged) > _KEPT:
                self._unchanged.pop(next(iter(self._unchanged)))
        return found

    def _stamp(self, reference: Reference) -> Stamp | None:
        try:
            seen = self._store.manifests.joinpath(*reference.parts).stat()
        except OSError:
            return None
        return seen.st_size, seen.st_mtime_ns, seen.st_ino

    def _read(self, installed: InstalledModel) -> ServedModel:
        if installed.layer("adapter") is not None:
            raise LayerUnsupported(str(installed.reference), "adapter")
        path = self._store.gguf_path(installed)
        header = read_header(path)
        template = self._template(installed, header)
        messages = tuple(Message(m.get("role", ""), m.get("content", "")) for m in self._store.messages(installed))
        return ServedModel(
            installed=installed,
            path=path,
            header=header,
            template=template,
            system=self._store.system_text(installed) or "",
            params=self._store.params(installed),
            messages=messages,
            capabilities=capabilities(header, template, installed.config.capabilities),
        )

    def _template(self, installed: InstalledModel, header: GgufHeader) -> Template | None:
        text = self._store.template_text(installed)
        if text is None and header.chat_template is not None:
            return None
        return Template.parse(_NO_TEMPLATE if text is None else text)


def capabilities(header: GgufHeader, template: Template | None, declared: tuple[str, ...]) -> tuple[str, ...]:
    """What the model can do. Of `declared` (the config's) only what this engine can carry out counts."""
    found = ["embedding" if header.is_embedding else "completion"]
    offered = template.capabilities() if template else frozenset()
    found += [name for name in ("tools", "insert", "thinking") if name in offered]
    return tuple(dict.fromkeys(found + [name for name in declared if name in ("completion", "embedding")]))
