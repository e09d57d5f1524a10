"""What the app may know, made by hand for the presenters."""

from __future__ import annotations

from dataclasses import replace

from arriero.core.progress import Progress
from arriero.hardware.usage import UsageSnapshot
from arriero.hardware.values import GpuState
from arriero.planner import Drift, DriftCode, Reason
from arriero.stack.results import GpuStatus, ModelState, ModelStatus, Processor, StackStatus, VariantStatus
from arriero.tui.doing import Picked
from arriero.tui.jobs import JobSnapshot
from arriero.tui.operations import BY_NAME
from arriero.tui.presenting import Known
from arriero.tui.remembered import Remembered

SINCE, NOW = "2026-11-22T16:00:00.000Z", "2026-11-22T16:03:20.000Z"
CODER = VariantStatus(
    name="7b",
    reference="qwen2.5-coder:7b-instruct-q4_K_M",
    aliases=(),
    installed=True,
    version="dae161e27b0e",
    installed_at=SINCE,
    size_bytes=4_683_087_561,
    published_bytes=4_683_087_561,
    expected_disk_bytes=None,
    expected_vram_bytes=None,
    expected_tokens_per_s=None,
    previous="0123456789ab",
)
LITE = replace(
    CODER,
    name="v2-lite",
    reference="deepseek-coder-v2:16b-lite-instruct-q4_K_M",
    installed=False,
    version=None,
    size_bytes=None,
    previous=None,
    published_bytes=10_360_420_352,
)
QWEN = ModelStatus(
    id="qwen",
    title="Qwen2.5-Coder 7B",
    purpose={"es": "Completado de código", "en": "Code completion"},
    reference=CODER.reference,
    variant="7b",
    state=ModelState.ACTIVE,
    url="http://127.0.0.1:11434/v1",
    port=11434,
    installed=True,
    version=CODER.version,
    installed_at=SINCE,
    size_bytes=CODER.size_bytes,
    processor=Processor.MIXED,
    context=32768,
    declared_context=32768,
    kv_cache="q8_0",
    variants=(CODER,),
    drift=(),
    pid=4242,
    started_at=SINCE,
    restarts=1,
    last_exit=None,
    memory_bytes=1_200_000_000,
    expires_at=None,
)
DEEPSEEK = replace(
    QWEN,
    id="deepseek",
    title="DeepSeek-Coder",
    purpose={},
    reference=LITE.reference,
    variant="v2-lite",
    state=ModelState.INACTIVE,
    url=None,
    port=11435,
    version=None,
    processor=None,
    context=None,
    variants=(LITE,),
    started_at=None,
    restarts=None,
    memory_bytes=None,
    drift=(Drift(DriftCode.GONE, SINCE),),
)
NO_CARD = GpuStatus(state=GpuState.NONE)
CARD = GpuStatus(
    state=GpuState.READY,
    name="NVIDIA GeForce RTX 2070 SUPER",
    total_bytes=8_589_934_592,
    used_bytes=6_000_000_000,
    free_bytes=2_589_934_592,
    utilisation_percent=35,
    temperature_c=61,
    power_w=118.6,
    ours_bytes=5_600_000_000,
    others_bytes=400_000_000,
)
STATUS = StackStatus(
    backend="native",
    backend_reason=Reason("backend.only_native"),
    models=(QWEN, DEEPSEEK),
    gpu=NO_CARD,
    others=(),
    models_dir="/home/ana/.ollama/models",
    seen_at=NOW,
    notes=(),
    repairs=(),
)
PULL = JobSnapshot(
    number=1,
    operation=BY_NAME["pull"],
    picked=Picked("deepseek", "v2-lite"),
    progress=Progress("pull.layer", LITE.reference, 2_590_105_088, 10_360_420_352),
    speed=25_900_000.0,
)
KNOWN = Known(Remembered(), STATUS, usage=UsageSnapshot(12, 3_200_000_000, 16_000_000_000))
