"""Moving models: a 2 GB layer over loopback from a real registry, verified, against what it cannot do without.

`python -m bench.registry [MEGABYTES]`. Needs Debian's docker-registry; compares with skopeo where that is installed.
The store lies in TMPDIR. There our pull ends with its bytes on the disk (fsync); curl and sha256 alone write nothing,
so on a slow disk the first row shows the disk: the row below it is the same work by hand, disk included.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from arriero.core.ids import Reference
from arriero.core.paths import PROJECT_ROOT, SOURCE_ROOT
from arriero.registry.client import RegistryClient
from arriero.registry.pushing import push
from arriero.registry.values import RegistrySettings
from bench.table import Row, render

PULL = """
import asyncio, re, sys, time
from pathlib import Path
from arriero.core.ids import Reference
from arriero.registry.client import RegistryClient
from arriero.registry.pulling import pull_blobs
from arriero.registry.values import RegistrySettings
async def main():
    reference = Reference.parse(sys.argv[1])
    client = RegistryClient(RegistrySettings(insecure_hosts=frozenset({reference.host})))
    began = time.perf_counter()
    manifest = await client.manifest(reference)
    await pull_blobs(client, reference, manifest.blobs, Path(sys.argv[2]))
    took = time.perf_counter() - began
    print(took, int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024)
asyncio.run(main())
"""
HASH = "import hashlib, sys; hashlib.file_digest(open(sys.argv[1], 'rb'), 'sha256').hexdigest()"


def run(*command: object) -> str:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE_ROOT)}
    return subprocess.run(
        [str(word) for word in command], check=True, env=environment, stdout=subprocess.PIPE, text=True
    ).stdout


def seconds(*command: object) -> float:
    began = time.perf_counter()
    run(*command)
    return time.perf_counter() - began


def make(folder: Path, size_bytes: int) -> tuple[Path, bytes, str]:
    """Blobs of one big layer and a config, the manifest, and the layer's digest."""
    blobs = folder / "blobs"
    blobs.mkdir(parents=True)
    sha, path = hashlib.sha256(), folder / "layer"
    with path.open("wb") as file:
        for start in range(0, size_bytes, 1 << 20):
            block = os.urandom(min(1 << 20, size_bytes - start))
            sha.update(block)
            file.write(block)
    digest = f"sha256:{sha.hexdigest()}"
    path.rename(blobs / digest.replace(":", "-"))
    config = b"{}"
    config_digest = f"sha256:{hashlib.sha256(config).hexdigest()}"
    (blobs / config_digest.replace(":", "-")).write_bytes(config)
    fields = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "digest": config_digest, "size": 2},
        "layers": [{"mediaType": "application/vnd.ollama.image.model", "digest": digest, "size": size_bytes}],
    }
    return blobs, json.dumps(fields).encode(), digest


def as_artifact(host: str, manifest: bytes) -> None:
    """The same layer under a manifest that skopeo takes: it refuses Ollama's layer types in a Docker one."""
    fields = json.loads(manifest) | {"mediaType": "application/vnd.oci.image.manifest.v1+json"}
    fields["config"]["mediaType"] = "application/vnd.oci.empty.v1+json"
    url = f"http://{host}/v2/bench/big/manifests/oci"
    kind = "Content-Type: application/vnd.oci.image.manifest.v1+json"
    run("curl", "-sf", "-X", "PUT", "-H", kind, "--data-binary", json.dumps(fields), url)


def loopback(host: str, folder: Path, size_bytes: int, turns: int = 5) -> list[Row]:
    blobs, manifest, digest = make(folder / "source", size_bytes)
    reference = Reference.parse(f"{host}/bench/big:1")
    asyncio.run(push(RegistryClient(RegistrySettings(insecure_hosts=frozenset({host}))), reference, manifest, blobs))
    layer, url = blobs / digest.replace(":", "-"), f"http://{host}/v2/bench/big/blobs/{digest}"
    skopeo = shutil.which("skopeo")
    if skopeo:
        as_artifact(host, manifest)
    ours, floor, filed, by_hand, copied, memory = [], [], [], [], [], 0.0
    for _ in range(turns):
        os.sync()  # what the turn before left in memory is not this one's to write
        floor.append(max(seconds("curl", "-sf", "-o", "/dev/null", url), seconds(sys.executable, "-c", HASH, layer)))
        took, resident = map(float, run(sys.executable, "-c", PULL, reference, folder / "store" / "blobs").split())
        ours.append(took)
        memory = max(memory, resident)
        shutil.rmtree(folder / "store")
        file = folder / "by-hand"
        steps = (("curl", "-sf", "-o", file, url), ("sync", file), (sys.executable, "-c", HASH, file))
        took_by_hand = [seconds(*step) for step in steps]
        by_hand.append(sum(took_by_hand))
        filed.append(max(took_by_hand[0], took_by_hand[2]))
        file.unlink()
        if skopeo:
            source = f"docker://{host}/bench/big:oci"
            copied.append(seconds(skopeo, "copy", "-q", "--src-tls-verify=false", source, f"dir:{folder / 'copied'}"))
            shutil.rmtree(folder / "copied")
    name = f"pull {size_bytes / 1e9:.1f} GB, loopback"
    rows = [
        against(name, ours, "longer of curl, sha256", floor, 1.3),
        against(name, ours, "longer of curl to a file, sha256", filed, 1.3),
        against(name, ours, "curl, sync, sha256", by_hand, 1.0),
        Row(f"{name}: memory", f"{memory / 1e6:.0f} MB", "-", memory / 1e6, f"{memory / 1e6:.0f} MB", "<= 120 MB"),
    ]
    return [*rows, against(name, ours, "skopeo copy", copied, 1.0)] if copied else rows


def against(what: str, ours: list[float], name: str, theirs: list[float], goal: float) -> Row:
    """Turn by turn, so that what else the machine does weighs on both sides."""
    ratio = median(mine / other for mine, other in zip(ours, theirs, strict=True))
    shown = f"{name} {median(theirs):.2f} s"
    return Row(what, f"{median(ours):.2f} s", shown, ratio, f"{ratio:.2f} x", f"<= {goal} x")


def main(words: list[str]) -> int:
    """Each part is printed as it is done: the whole takes minutes."""
    sys.path.insert(0, str(PROJECT_ROOT / "tests" / "integration"))
    from registry_server import stock_registry  # type: ignore[import-not-found]

    from bench import links, versions

    size_bytes = int(words[0] if words else 2000) * 1_000_000
    with tempfile.TemporaryDirectory(prefix="arriero-bench-") as name, stock_registry(Path(name)) as host:
        folder = Path(name)
        show(loopback(host, folder / "loopback", size_bytes))
        shutil.rmtree(folder / "loopback")
        show(asyncio.run(links.measure(host, folder / "links")))
        show(asyncio.run(versions.measure(host, folder / "versions")))
    return 0


def show(rows: list[Row]) -> None:
    print(f"\n{os.cpu_count()} processors, load average at the end {os.getloadavg()[0]:.1f}\n")
    print(render(rows), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
