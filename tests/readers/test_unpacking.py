"""What arrives packed comes out whole, or is refused with one clear error."""

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from idrill.errors import BrokenSource, OversizedSource, SourceError
from idrill.readers.unpacking import INNOCENT, unpack

CONTENT = b"time,Hook Load kN\n2024-01-01 00:00:00,812.5\n"


def tar_of(files: dict[str, bytes], mode: str = "w:gz") -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def zip_of(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def contents(path: Path) -> dict[str, bytes]:
    with unpack(path) as unpacked:
        return {member.name: member.path.read_bytes() for member in unpacked.members}


def test_a_plain_file_is_itself(tmp_path: Path) -> None:
    path = tmp_path / "rig.csv"
    path.write_bytes(CONTENT)

    with unpack(path) as unpacked:
        (member,) = unpacked.members

    assert (member.name, member.path, member.size) == ("rig.csv", path, len(CONTENT))


@pytest.mark.parametrize(
    ("name", "packed", "expected"),
    [
        ("rig.csv.gz", gzip.compress(CONTENT), {"rig.csv": CONTENT}),
        ("misnamed.csv", gzip.compress(CONTENT), {"misnamed.csv": CONTENT}),
        ("a.zip", zip_of({"b/2.csv": b"2", "b/1.csv": b"1"}), {"b/1.csv": b"1", "b/2.csv": b"2"}),
        ("a.tar", tar_of({"x.csv": CONTENT}, "w"), {"x.csv": CONTENT}),
        ("a.tgz", tar_of({"d/x.csv": CONTENT, "y": b"y"}), {"d/x.csv": CONTENT, "y": b"y"}),
        ("a.zip", zip_of({"x.csv.gz": gzip.compress(CONTENT)}), {"x.csv": CONTENT}),
    ],
    ids=["gz", "misnamed gz", "zip", "tar", "tgz", "gz in zip"],
)
def test_packed_files_come_out_whole(
    tmp_path: Path, name: str, packed: bytes, expected: dict[str, bytes]
) -> None:
    path = tmp_path / name
    path.write_bytes(packed)

    assert contents(path) == expected


def test_a_folder_is_walked_in_order_and_what_is_passed_over_is_named(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "two.csv.gz").write_bytes(gzip.compress(CONTENT))
    (tmp_path / "a.csv").write_bytes(CONTENT)
    (tmp_path / ".hidden").write_bytes(CONTENT)
    (tmp_path / "empty.csv").touch()
    (tmp_path / "link.csv").symlink_to(tmp_path / "a.csv")

    with unpack(tmp_path) as unpacked:
        names = [member.name for member in unpacked.members]

    assert names == ["a.csv", "b/two.csv"]
    assert unpacked.skipped == {".hidden": "hidden", "empty.csv": "empty", "link.csv": "a link"}


def test_temporary_files_are_gone_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "rig.csv.gz"
    path.write_bytes(gzip.compress(CONTENT))

    with unpack(path) as unpacked:
        unpacked_path = unpacked.members[0].path
        assert unpacked_path.exists()

    assert not unpacked_path.exists()


@pytest.mark.parametrize(
    "pack", [gzip.compress, lambda c: tar_of({"a": c}), lambda c: zip_of({"a": c})]
)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_truncated_archive_is_refused(
    tmp_path: Path, pack: Callable[[bytes], bytes], share: float
) -> None:
    packed = pack(np.random.default_rng(1).bytes(50_000))
    path = tmp_path / "rig.csv.gz"
    path.write_bytes(packed[: int(len(packed) * share)])

    with pytest.raises(BrokenSource, match=r"rig\.csv\.gz"), unpack(path):
        pass


def test_a_tar_cut_between_its_files_is_refused(tmp_path: Path) -> None:
    whole = tar_of({"a": b"a" * 512, "b": b"b" * 512}, "w")
    path = tmp_path / "a.tar"
    path.write_bytes(whole[:1024])

    with pytest.raises(BrokenSource, match="stops before its end"), unpack(path):
        pass


def test_a_corrupt_checksum_is_noticed(tmp_path: Path) -> None:
    packed = bytearray(tar_of({"a": CONTENT}))
    packed[-6] ^= 0xFF
    path = tmp_path / "a.tgz"
    path.write_bytes(packed)

    with pytest.raises(BrokenSource, match="CRC"), unpack(path):
        pass


@pytest.mark.parametrize("name", ["../evil.csv", "/etc/evil.csv", "C:/evil.csv", "a/../../evil"])
def test_names_that_leave_the_archive_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.tar.gz"
    path.write_bytes(tar_of({name: CONTENT}))

    with pytest.raises(BrokenSource, match="unsafe name"), unpack(path):
        pass


def test_links_in_an_archive_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        link = tarfile.TarInfo("shadow.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/shadow"
        archive.addfile(link)

    with unpack(path) as unpacked:
        assert unpacked.members == ()
        assert unpacked.skipped == {"shadow.csv": "a link or a device"}


def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "zeros.zip"
    path.write_bytes(zip_of({"zeros.csv": bytes(INNOCENT + (4 << 20))}))

    with pytest.raises(OversizedSource, match="times its packed size"), unpack(path):
        pass


def test_more_than_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rig.csv.gz"
    path.write_bytes(gzip.compress(CONTENT * 100))

    with pytest.raises(OversizedSource, match="1,000 bytes"), unpack(path, max_bytes=1000):
        pass


def test_an_archive_inside_an_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zip_of({"inner.tgz": tar_of({"x": CONTENT})}))

    with pytest.raises(BrokenSource, match="archive inside an archive"), unpack(path):
        pass


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    packed = bytearray(zip_of({"x.csv": CONTENT}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(signature) + offset] |= 1
    path = tmp_path / "a.zip"
    path.write_bytes(packed)

    with pytest.raises(BrokenSource, match="encrypted"), unpack(path):
        pass


def test_a_path_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"), unpack(tmp_path / "nothing.csv"):
        pass


def test_a_broken_archive_in_a_folder_does_not_keep_the_other_files_out(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(CONTENT)[:-12])
    (tmp_path / "b.zip").write_bytes(zip_of({"good.csv": CONTENT, "inner.zip": zip_of({})}))
    (tmp_path / "c.csv").write_bytes(CONTENT)

    with unpack(tmp_path) as unpacked:
        assert [member.name for member in unpacked.members] == ["c.csv"]
        assert list(unpacked.refused) == ["a.csv.gz", "b.zip"]
        assert "broken gzip file" in str(unpacked.refused["a.csv.gz"])
