"""A store that cannot be written: read-only, full, someone else's. Nothing is lost, and the error says what is wrong.

The answers of the system are its own: a read-only mount where this user may mount, a limit on file sizes, folders of
another user. Only where mounting is forbidden, `os.open` answers as a read-only filesystem does.
"""

from __future__ import annotations

import errno
import os
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from arriero.core.ids import Reference
from arriero.store import ProblemKind, Store, media
from arriero.store.aside import PREFIX
from arriero.store.errors import GgufUnreadable, StoreFailed, StoreFull, StorePermission, StoreReadOnly
from arriero.store.importing import import_gguf
from tiny_gguf import tiny_gguf

REFERENCE = Reference.parse("tiny:1")
NOBODY = 65534


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(tiny_gguf())
    return path


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="arriero-store-"))
    folder.chmod(0o755)
    yield folder
    subprocess.run(["chmod", "-R", "u+rwX", folder], check=True)
    shutil.rmtree(folder)


@pytest.fixture
def read_only(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store with a model in it, on a filesystem that refuses every write."""
    root = tmp_path / "mounted"
    root.mkdir()
    mounted = _ran("mount", "-t", "tmpfs", "-o", "size=8m", "none", str(root))
    store = Store(root / "models")
    import_gguf(store, tiny, REFERENCE)
    if not (mounted and _ran("mount", "-o", "remount,ro", str(root))):
        _refuse_writes(monkeypatch)
    yield store
    if mounted:
        assert _ran("umount", str(root))


def _ran(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _refuse_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def refusing(path: str, flags: int, *rest: int) -> int:
        if flags & (os.O_CREAT | os.O_WRONLY | os.O_RDWR):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return real(path, flags, *rest)

    monkeypatch.setattr(os, "open", refusing)


def as_another_user(work: Callable[[], None]) -> None:
    """Runs `work` as a user without privileges: in a child that drops them, or right here without any to drop."""
    if os.geteuid():
        return work()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            work()
        except BaseException as error:  # told to the parent by the exit status, and to the reader here
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
            os._exit(1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    return None


def test_a_read_only_store_can_be_read_and_says_that_it_cannot_be_written(read_only: Store, tiny: Path) -> None:
    model = read_only.get(REFERENCE)
    assert read_only.template_text(model)
    attempts: list[Callable[[], object]] = [
        lambda: read_only.add_bytes(b"new", media.TEMPLATE),
        lambda: read_only.copy(REFERENCE, Reference.parse("copy")),
        lambda: read_only.delete(REFERENCE),
        lambda: import_gguf(read_only, tiny, Reference.parse("again")),
    ]
    for attempt in attempts:
        with pytest.raises(StoreReadOnly) as caught:
            attempt()
        assert caught.value.path.is_relative_to(read_only.root)
    assert read_only.get(REFERENCE) == model


def test_a_file_that_cannot_fit_is_refused_before_a_byte_is_written(tmp_path: Path) -> None:
    """A sparse file, larger than what is free."""
    store, large = Store(tmp_path / "models"), tmp_path / "large"
    disk = os.statvfs(tmp_path)
    size = (disk.f_bavail + 1000) * disk.f_frsize
    large.touch()
    os.truncate(large, size)
    with pytest.raises(StoreFull) as caught:
        store.add_file(large, media.MODEL)
    assert caught.value.needed_bytes == size > caught.value.free_bytes > 0
    assert list(store.root.rglob("*")) == [store.blobs]


def test_a_store_that_fills_up_in_the_middle_keeps_nothing(tmp_path: Path) -> None:
    """The kernel refuses to let a file grow past a limit, as it does past the end of a disk."""
    store, source = Store(tmp_path / "models"), tmp_path / "source"
    source.write_bytes(bytes(3 << 20))
    kept = store.add_bytes(b"kept", media.SYSTEM)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, limits[1]))
        with pytest.raises(StoreFull) as caught:
            store.add_file(source, media.MODEL)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert caught.value.needed_bytes == 3 << 20
    assert list(store.blobs.iterdir()) == [store.blob_path(kept.digest)]
    assert list(store.root.glob(f"{PREFIX}*")) == []


def test_a_store_of_another_user_names_folder_and_owner(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    store = Store(open_folder / "models")

    def work() -> None:
        with pytest.raises(StorePermission) as caught:
            store.add_bytes(b"x", media.SYSTEM)
        assert caught.value.path == open_folder
        assert caught.value.owner == open_folder.owner()

    as_another_user(work)


def test_folders_that_another_user_left_are_a_problem_and_an_error(open_folder: Path) -> None:
    """What a container that runs as root leaves behind: readable, not writable."""
    store = Store(open_folder / "models")
    model = store.write_manifest(REFERENCE, store.add_bytes(b"{}", media.CONFIG), [])
    for folder in (store.root, store.blobs, store.manifests):
        folder.chmod(0o555)

    def work() -> None:
        assert store.list() == [model]
        with pytest.raises(StorePermission) as caught:
            store.add_bytes(b"x", media.SYSTEM)
        assert (caught.value.path, caught.value.owner) == (store.root, store.root.owner())
        with pytest.raises(StorePermission):
            store.delete(REFERENCE)
        if store.root.stat().st_uid != os.geteuid():
            kinds = [problem.kind for problem in store.problems()]
            assert kinds == [ProblemKind.FOREIGN_OWNER] * 3

    as_another_user(work)


def test_a_manifest_that_may_not_be_read_is_a_problem_and_hides_no_other(open_folder: Path) -> None:
    store = Store(open_folder / "models")
    config = store.add_bytes(b"{}", media.CONFIG)
    store.write_manifest(REFERENCE, config, [])
    store.write_manifest(Reference.parse("secret:1"), config, [])
    store.write_manifest(Reference.parse("shut:1"), config, [])
    secret = store.manifests.joinpath(*Reference.parse("secret:1").parts)
    shut = store.manifests.joinpath(*Reference.parse("shut:1").parts).parent
    secret.chmod(0)
    shut.chmod(0)

    def work() -> None:
        assert [str(model.reference) for model in store.list()] == ["tiny:1"]
        assert {problem.path for problem in store.problems() if problem.kind is ProblemKind.MANIFEST_UNREADABLE} == {
            secret,
            shut,
        }

    as_another_user(work)


def test_manifests_that_may_not_be_listed_at_all_are_an_error_not_an_empty_store(open_folder: Path) -> None:
    store = Store(open_folder / "models")
    store.write_manifest(REFERENCE, store.add_bytes(b"{}", media.CONFIG), [])
    store.manifests.chmod(0)

    def work() -> None:
        with pytest.raises(StorePermission) as caught:
            store.list()
        assert caught.value.path == store.manifests

    as_another_user(work)


def test_a_gguf_that_may_not_be_read_is_refused(open_folder: Path) -> None:
    path = open_folder / "secret.gguf"
    path.write_bytes(tiny_gguf())
    path.chmod(0)

    def work() -> None:
        with pytest.raises(GgufUnreadable) as caught:
            import_gguf(Store(open_folder / "models"), path, REFERENCE)
        assert caught.value.owner == path.owner()

    as_another_user(work)


def test_a_file_where_the_store_should_be_is_told(tmp_path: Path) -> None:
    place = tmp_path / "models"
    place.write_text("not a folder")
    store = Store(place)
    for attempt in (store.list, lambda: store.add_bytes(b"x", media.SYSTEM)):
        with pytest.raises(StoreFailed):
            attempt()
    assert place.read_text() == "not a folder"


def test_a_blob_that_may_not_be_read_is_a_problem_of_the_model_that_names_it(open_folder: Path) -> None:
    store = Store(open_folder / "models")
    shut = store.add_bytes(b"template", media.TEMPLATE)
    store.write_manifest(REFERENCE, store.add_bytes(b"{}", media.CONFIG), [shut])
    store.blob_path(shut.digest).chmod(0)

    def work() -> None:
        found = [(p.kind, p.path, p.reference) for p in store.problems() if p.reference]
        assert found == [(ProblemKind.FOREIGN_OWNER, store.blob_path(shut.digest), REFERENCE)]

    as_another_user(work)
