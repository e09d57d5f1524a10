"""The engine as a whole: its settings, its models, and the one child that computes."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from arriero.core.clock import Clock
from arriero.engine.llama.launch import LaunchSpec
from arriero.engine.llama.process import Child
from arriero.engine.options import Options
from arriero.engine.scheduler import Lease, Scheduler
from arriero.engine.served import ServedModel, ServedModels
from arriero.engine.settings import EngineSpec
from arriero.engine.steps import Wanted
from arriero.store.store import Store

StartChild = Callable[[LaunchSpec, Path, float | None], Awaitable[Child]]

LEAST_CONTEXT = 4
_FOLDER = "arriero-engine-"


class Engine:
    """`store` may be used from threads; `scheduler` only on the event loop that made the Engine.

    `sockets`: a private folder for those of the children, which `start` starts.
    """

    def __init__(self, spec: EngineSpec, clock: Clock, sockets: Path, start: StartChild = Child.start) -> None:
        self.spec = spec
        self.clock = clock
        self.store = Store(spec.models)
        self.models = ServedModels(self.store)
        self._start_child = start
        self._socket = _numbered(sockets)
        self.scheduler: Scheduler[Child] = Scheduler(
            self._start, clock, keep_alive_s=spec.keep_alive_s, max_queue=spec.max_queue
        )

    async def lease(
        self, model: ServedModel, options: Options, *, shift: bool, keep_alive_s: float | None, slot: bool = True
    ) -> Lease[Child]:
        """A child that serves the model with these options. Raises what `Scheduler.acquire` raises."""
        launch = launch_spec(self.spec, model, options, shift=shift)
        return await self.scheduler.acquire(Wanted(launch, model.installed, slot, keep_alive_s))

    async def _start(self, launch: LaunchSpec) -> Child:
        return await self._start_child(launch, self._socket(), self.spec.load_stall_s)


def launch_spec(spec: EngineSpec, model: ServedModel, options: Options, *, shift: bool) -> LaunchSpec:
    """What the child is started with for these options; a context beyond the model's own is lowered to it, as Ollama
    does. An embedding model computes one request at a time."""
    trained = model.header.context_length
    context = max(options.num_ctx or spec.context, LEAST_CONTEXT)
    embedding = "embedding" in model.capabilities
    return LaunchSpec(
        model_path=str(model.path),
        context=min(context, trained) if trained else context,
        parallel=1 if embedding else spec.parallel,
        batch=max(options.num_batch, 0),
        threads=options.num_thread or spec.threads,
        gpu_layers=options.num_gpu if options.num_gpu >= 0 else spec.gpu_layers,
        main_gpu=options.main_gpu,
        use_mmap=options.use_mmap,
        kv_cache=spec.kv_cache,
        flash_attention=spec.flash_attention,
        context_shift=shift and model.shifts_context,
        embedding=embedding,
        jinja=model.template is None,
        cache_ram_mib=spec.cache_ram_mib,
        speculation=spec.speculation,
        fit_margin_mib=spec.fit_margin_mib,
        gpu=spec.gpu,
    )


def private_folder() -> Path:
    """A folder for this process's sockets that nobody else may enter. Folders of engines that were killed go."""
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    for left in base.glob(f"{_FOLDER}*-*"):
        pid = left.name.removeprefix(_FOLDER).partition("-")[0]
        if pid.isdecimal() and not Path("/proc", pid).exists() and left.stat().st_uid == os.getuid():
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-", dir=base))


def _numbered(folder: Path) -> Callable[[], Path]:
    """A new name for each child: the old one's socket may still be there when the next one starts."""
    counter = itertools.count(1)
    return lambda: folder / f"{next(counter)}.sock"
