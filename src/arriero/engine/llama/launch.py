"""What a child is started with. Frozen and comparable: two equal LaunchSpecs may share one child.

It travels to the child as one line of JSON on its standard input.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True)
class LaunchSpec:
    """`context` is per slot, `parallel` the slots. 0 in `batch`, `threads` and `cache_ram_mib`: the child chooses.

    `gpu_layers`: -1 automatic, 0 none. `fit_margin_mib`: device memory to leave free, None: what suits a card of 8 GB.
    `gpu`: the card to compute on, as the `gpu` setting names it; empty: the first one.
    `jinja`: the GGUF's own chat template is loaded, to be rendered by the child (else the front renders prompts).
    """

    model_path: str
    context: int
    parallel: int = 1
    batch: int = 0
    threads: int = 0
    gpu_layers: int = -1
    main_gpu: int | None = None
    use_mmap: bool | None = None
    kv_cache: str = "f16"
    flash_attention: str = "auto"
    context_shift: bool = True
    embedding: bool = False
    jinja: bool = False
    cache_ram_mib: int = 0
    speculation: str = ""
    fit_margin_mib: int | None = None
    gpu: str = ""

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> LaunchSpec:
        return cls(**json.loads(text))

    def serves(self, wanted: LaunchSpec) -> bool:
        """Whether a child started with this may answer for `wanted`. Automatic GPU layers never ask for a reload."""
        if wanted.gpu_layers < 0:
            wanted = replace(wanted, gpu_layers=self.gpu_layers)
        return self == wanted
