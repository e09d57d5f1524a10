"""Builds the stand-in image: once per set of libraries (a root made of this machine's Python), once per state of `src`.

Both are found again by their contents' hash, which is their tag, so a second run builds nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import re
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from arriero.core.paths import SOURCE_ROOT

NAME = "arriero-standin"
LABEL = "arriero.standin"
HOME = Path("/opt/arriero")
PACKAGES = HOME / "packages"
ROOT_PACKAGES = ("aiohttp", "gotpl", "xllamacpp")  # what arriero.engine imports
UNUSED = {
    "test",
    "unittest",
    "idlelib",
    "tkinter",
    "turtledemo",
    "lib2to3",
    "ensurepip",
    "site-packages",
    "dist-packages",
}
CONFIG = (
    "ENV HOME=/root PATH=/usr/bin:/bin OLLAMA_HOST=0.0.0.0:11434 NVIDIA_VISIBLE_DEVICES=all"
    " NVIDIA_DRIVER_CAPABILITIES=compute,utility ARRIERO_IN_CONTAINER=1 PYTHONUNBUFFERED=1"
    f" PYTHONPATH={HOME / 'src'}:{PACKAGES}",
    'ENTRYPOINT ["/bin/ollama"]',
    'CMD ["serve"]',
    "EXPOSE 11434",
    f"LABEL {LABEL}=1",
)
Files = dict[Path, Path]
"""Path in the image -> file on this machine."""


def ensure_image() -> str:
    """The image's name. Builds what is missing; one builder at a time."""
    with (Path(tempfile.gettempdir()) / f"{NAME}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        source, libraries = _source(), _libraries()
        # a file of a released package is told by its name and size; compiled ones hold the environment's path
        sizes = (f"{name} {path.stat().st_size}" for name, path in libraries.items() if name.suffix != ".pyc")
        below = f"{NAME}-libraries:{_digest(sizes)}"
        image = f"{NAME}:{_digest([below, *(f'{name} {path.read_text()}' for name, path in source.items())])}"
        if not _exists(image):
            if not _exists(below):
                _import(below, libraries)
            _add(image, below, source)
            _docker("image", "prune", "--all", "--force", "--filter", f"label={LABEL}", "--filter", "until=24h")
        return image


def _source() -> Files:
    source = [*SOURCE_ROOT.rglob("*.py"), *SOURCE_ROOT.rglob("*.toml")]
    found = {HOME / "src" / path.relative_to(SOURCE_ROOT): path for path in source}
    return {**found, Path("/bin/ollama"): Path(__file__).with_name("ollama")}


def _libraries() -> Files:
    """Python, its standard library, the engine's packages, and the shared objects that all of these load."""
    python = Path(sys._base_executable).resolve()
    found = {python: python}
    found |= {path: path for path in _below(Path(sysconfig.get_paths()["stdlib"]))}
    for name in _closure(ROOT_PACKAGES):
        for file in distribution(name).files or ():
            outside = ".." in file.parts or file.parts[0].endswith(".dist-info")
            if not outside and (path := Path(str(file.locate()))).is_file():
                found[PACKAGES / file] = path
    return found | {path: path for path in _shared_objects([p for p in found.values() if _is_elf(p)])}


def _below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in UNUSED and not path.name.startswith("config-"):
            yield from _below(path)
        elif path.is_file():
            yield path


def _closure(names: tuple[str, ...]) -> set[str]:
    """With what they need in turn; a requirement for other platforms is one that is not installed."""
    found: set[str] = set()
    for name in names:
        with suppress(PackageNotFoundError):
            wanted = [r for r in distribution(name).requires or [] if "extra ==" not in r]
            needed = tuple(m[0] for r in wanted if (m := re.match(r"[\w.-]+", r)))
            found |= {name, *_closure(needed)}
    return found


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _shared_objects(binaries: list[Path]) -> set[Path]:
    told = subprocess.run(["ldd", *binaries], check=True, capture_output=True, text=True).stdout
    return {Path(path) for path in re.findall(r"^\t(?:\S+ => )?(/\S+) \(0x", told, re.MULTILINE)}


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join([sys.version, *CONFIG, *sorted(parts)]).encode()).hexdigest()[:12]


def _import(image: str, files: Files) -> None:
    """One layer out of one archive that is written while it is read."""
    changes = [word for line in CONFIG for word in ("--change", line)]
    importer = subprocess.Popen(
        ["docker", "import", *changes, "-", image], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    assert importer.stdin is not None
    with importer.stdin, tarfile.open(fileobj=importer.stdin, mode="w|", dereference=True) as archive:
        _write_base(archive)
        for name, path in files.items():
            archive.add(path, str(name).lstrip("/"), recursive=False)
    assert importer.wait() == 0


def _write_base(archive: tarfile.TarFile) -> None:
    """What every root has: an account, from which HOME comes; a place for temporary files; the usual `python3`."""
    passwd = b"root:x:0:0:root:/root:/bin/sh\n"
    account = tarfile.TarInfo("etc/passwd")
    account.size = len(passwd)
    archive.addfile(account, io.BytesIO(passwd))
    for name, mode in (("tmp", 0o1777), ("root", 0o700)):
        folder = tarfile.TarInfo(name)
        folder.type, folder.mode = tarfile.DIRTYPE, mode
        archive.addfile(folder)
    python = Path(sys._base_executable).resolve()
    if python != Path("/usr/bin/python3"):
        link = tarfile.TarInfo("usr/bin/python3")
        link.type, link.linkname = tarfile.SYMTYPE, str(python)
        archive.addfile(link)


def _add(image: str, below: str, files: Files) -> None:
    """A thin layer over `below`, with no builder needed: a container that never runs, filled and committed."""
    container = _docker("create", below).strip()
    try:
        with tempfile.TemporaryFile() as packed:
            with tarfile.open(fileobj=packed, mode="w") as archive:
                for name, path in files.items():
                    archive.add(path, str(name).lstrip("/"), recursive=False)
            packed.seek(0)
            subprocess.run(["docker", "cp", "-", f"{container}:/"], stdin=packed, check=True, stdout=subprocess.DEVNULL)
        _docker("commit", container, image)
    finally:
        _docker("rm", container)


def _exists(image: str) -> bool:
    return subprocess.run(["docker", "image", "inspect", image], capture_output=True, check=False).returncode == 0


def _docker(*words: str) -> str:
    return subprocess.run(["docker", *words], check=True, capture_output=True, text=True).stdout
