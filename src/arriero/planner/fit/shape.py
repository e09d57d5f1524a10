"""A model reduced to what its memory and its speed follow from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LayerShape:
    """One block. A cache row is `kv_heads` x (`key_length` + `value_length`) numbers for each token of context.

    `kv_heads` 0: it has no cache. `window`: tokens that it looks back on, 0 for all. `state_bytes`: what it keeps for
    each sequence whatever the context. `expert_bytes`: the routed experts among its weights; `largest_bytes`: its
    largest tensor.
    """

    weight_bytes: int
    expert_bytes: int
    largest_bytes: int
    kv_heads: int = 0
    key_length: int = 0
    value_length: int = 0
    window: int = 0
    state_bytes: int = 0

    @property
    def kv_row(self) -> int:
        return self.kv_heads * (self.key_length + self.value_length)


@dataclass(frozen=True)
class ModelShape:
    """`input_bytes` is the token table, read by the CPU; `output_bytes` what turns the last state into words.

    A tied model has one table for both: it is in `input_bytes` and again in `output_bytes`, as a GPU holds it.
    `feed_floats` and `attention_floats`: numbers per token of a batch that the largest block needs at once;
    `plain_attention_floats` where there is no attention kernel. `active_parameters`: weights of the blocks that one
    token is multiplied with. `calibrated`: this architecture was held against llama.cpp itself. `flash`: CUDA has an
    attention kernel for it. `latent`: one shared row is its cache.
    """

    architecture: str
    name: str
    quantization: str
    trained_context: int
    embedding: int
    vocabulary: int
    heads: int
    active_parameters: int
    tensor_bytes: int
    input_bytes: int
    output_bytes: int
    layers: tuple[LayerShape, ...]
    feed_floats: int
    attention_floats: int
    plain_attention_floats: int
    used_experts: int
    experts: int
    latent: bool
    flash: bool
    calibrated: bool

    @property
    def offloadable(self) -> int:
        """What llama.cpp counts as layers on the GPU: the blocks and the output."""
        return len(self.layers) + 1

    @property
    def expert_layers(self) -> int:
        """How many blocks, from the first on, `--n-cpu-moe` must name until all experts are in RAM; 0 without any."""
        return max((i + 1 for i, layer in enumerate(self.layers) if layer.expert_bytes), default=0)

    @property
    def gpu_bytes(self) -> int:
        """Weights of a model that is wholly on the GPU."""
        return sum(layer.weight_bytes for layer in self.layers) + self.output_bytes

    @property
    def active_fraction(self) -> float:
        """Of the routed experts, those that one token uses."""
        return self.used_experts / self.experts if self.experts else 1.0
