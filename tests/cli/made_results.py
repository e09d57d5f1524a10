"""Results as the use cases return them, made by hand for the renderers."""

from dataclasses import replace
from pathlib import Path

from arriero.core.files import CommandRunning
from arriero.hardware.values import GpuProcess, GpuState
from arriero.planner import Action, ActionKind, Drift, DriftCode, Plan, Reason
from arriero.runtime.backend import PortHolder, StopReport
from arriero.stack.results import (
    CardRelease,
    GpuStatus,
    ModelState,
    ModelStatus,
    Outcome,
    Processor,
    StackStatus,
    VariantStatus,
)
from arriero.state import Repair

SINCE = "2026-11-22T16:00:00.000Z"
LITE = VariantStatus(
    name="v2-lite",
    reference="deepseek-coder-v2:16b-lite-instruct-q4_K_M",
    aliases=("deepseek-coder-v2-lite-instruct-q4_K_M:latest",),
    installed=False,
    version=None,
    installed_at=None,
    size_bytes=None,
    published_bytes=10_360_420_352,
    expected_disk_bytes=6_000_000_000,
    expected_vram_bytes=7_000_000_000,
    expected_tokens_per_s=(20, 30),
)
DENSE = replace(
    LITE,
    name="6.7b",
    reference="deepseek-coder:6.7b-instruct-q4_K_M",
    aliases=(),
    installed=True,
    version="af6da0444f84",
    installed_at=SINCE,
    size_bytes=4_083_031_689,
)
UNKNOWN_SIZE = replace(LITE, name="own", reference="own:1", published_bytes=None)
CODER = replace(
    DENSE,
    name="7b",
    reference="qwen2.5-coder:7b-instruct-q4_K_M",
    version="dae161e27b0e",
    size_bytes=4_683_087_561,
)

INACTIVE = ModelStatus(
    id="deepseek",
    title="DeepSeek-Coder",
    purpose={"es": "Razonamiento técnico", "en": "Technical reasoning"},
    reference=LITE.reference,
    variant="v2-lite",
    state=ModelState.INACTIVE,
    url=None,
    port=11435,
    installed=False,
    version=None,
    installed_at=None,
    size_bytes=None,
    processor=None,
    context=None,
    declared_context=8192,
    kv_cache="f16",
    variants=(LITE, DENSE, UNKNOWN_SIZE),
    drift=(),
    pid=None,
    started_at=None,
    restarts=0,
    last_exit=None,
    memory_bytes=None,
    expires_at=None,
)
ACTIVE = replace(
    INACTIVE,
    id="qwen",
    title="Qwen2.5-Coder 7B Instruct",
    purpose={"es": "Completado de código", "en": "Code completion"},
    reference=CODER.reference,
    variant="7b",
    state=ModelState.ACTIVE,
    url="http://127.0.0.1:11434/v1",
    port=11434,
    installed=True,
    version=CODER.version,
    size_bytes=CODER.size_bytes,
    processor=Processor.MIXED,
    context=32768,
    kv_cache="q8_0",
    variants=(CODER,),
    pid=4711,
    started_at=SINCE,
    memory_bytes=5_300_000_000,
)
STARTING = replace(
    ACTIVE,
    id="mistral",
    title="Mistral 7B",
    purpose={"es": "", "en": ""},
    state=ModelState.STARTING,
    url=None,
    port=11436,
    processor=None,
    context=None,
    memory_bytes=None,
    restarts=2,
    last_exit="signal 9",
    drift=(Drift(DriftCode.CRASHING, SINCE),),
)
FAILED = replace(
    STARTING,
    id="demo",
    title="SmolLM2 135M",
    state=ModelState.FAILED,
    port=11437,
    restarts=5,
    started_at=None,
    drift=(Drift(DriftCode.GAVE_UP, SINCE), Drift(DriftCode.SETTINGS_CHANGED, SINCE)),
)

OTHERS = (
    GpuProcess(1201, "gnome-shell", "/usr/bin/gnome-shell", None, 412_000_000),
    GpuProcess(9121, "python3", "python3 train.py", "0123456789ab", None),
)
GPU = GpuStatus(
    state=GpuState.READY,
    simulated=True,
    name="NVIDIA GeForce RTX 2070 SUPER",
    driver="simulated",
    total_bytes=8_589_934_592,
    used_bytes=6_100_000_000,
    free_bytes=2_489_934_592,
    processes=(GpuProcess(4712, "python3", "python3", None, 5_300_000_000), *OTHERS),
    display=True,
    ours_bytes=5_300_000_000,
    others_bytes=800_000_000,
)

STATUS = StackStatus(
    backend="native",
    backend_reason=Reason("backend.no_engine"),
    models=(ACTIVE, INACTIVE, STARTING, FAILED),
    gpu=GPU,
    others=(
        PortHolder(11435, 812, "ollama", None),
        PortHolder(11436, 813, "docker-proxy", "ollama-mistral"),
        PortHolder(11437, 0, "", None),
        *OTHERS,
    ),
    models_dir="/home/ana/.ollama/models",
    seen_at="2026-11-22T18:05:09.000Z",
    notes=(CommandRunning(99, "activate", SINCE),),
    repairs=(Repair("corrupt", Path("/p/.models.db"), Path("/p/.models.db.corrupt-1"), "no such page"),),
)

PLAN = Plan(
    "activate",
    (
        Action(
            ActionKind.INSTALL,
            "demo",
            "smollm2:135m-instruct-q4_1",
            Reason("not_installed", {"size_bytes": 10_360_420_352}),
        ),
        Action(ActionKind.STOP, "qwen", CODER.reference, Reason("yields", {"to": "demo"})),
        Action(ActionKind.START, "demo", "smollm2:135m-instruct-q4_1", Reason("asked")),
    ),
)
STOPPED = StopReport("qwen", was_running=True, port_free=True, memory_freed_bytes=5_300_000_000, took_s=0.42)
LEFTOVERS = StopReport(
    "mistral", was_running=True, port_free=False, memory_freed_bytes=0, took_s=10, leftovers=(71, 72)
)
OUTCOME = Outcome(
    plan=PLAN,
    dry_run=False,
    backend="native",
    backend_reason=Reason("backend.asked"),
    models=(replace(ACTIVE, id="demo"), replace(INACTIVE, id="qwen")),
    stopped=(STOPPED, LEFTOVERS),
    failures=(),
    took_s=2.345,
    card=CardRelease(
        free_bytes=7_400_000_000, freed_bytes=5_300_000_000, took_s=3.1, stuck=(), others=OTHERS, simulated=False
    ),
)
