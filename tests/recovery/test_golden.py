"""A journal of format version 1, kept as bytes: read for ever, and still written the same."""

from pathlib import Path

from huiguan.storage.files import Files
from huiguan.storage.journal.recovery import scan_folder
from huiguan.storage.journal.writer import Batch, Journal
from tests.recovery.journals import folder_bytes

GOLDEN = Path(__file__).parent / "golden" / "journal_v1.hex"


def golden() -> dict[str, bytes]:
    """Return the files of the golden journal: a name, then lines of 32 bytes in hex."""
    files: dict[str, bytes] = {}
    name = ""
    for line in GOLDEN.read_text("ascii").splitlines():
        if line.startswith("# "):
            name = line[2:]
            files[name] = b""
        else:
            files[name] += bytes.fromhex(line)
    return files


def command(sequence: int) -> bytes:
    return bytes((sequence * 7 + i) % 256 for i in range(64))


def write_golden(folder: Path) -> None:
    """Write the story that the golden journal tells: three frames, the third in segment 2."""
    with Journal.create(
        folder,
        trading_day=20260821,
        image_digest=bytes(range(32)),
        segment_bytes=1024,
        files=Files(),
    ) as journal:
        journal.append(1, 1, Batch(1_787_273_940_000_000_000, command(1)))
        two = command(2) + command(3)
        journal.append(2, 1, Batch(1_787_273_940_000_000_001, two, 1, b"\xab" * 32))
        journal.append(4, journal.lead(), Batch(1_787_302_800_000_000_000, command(4) * 3))


def test_the_golden_journal_reads_as_it_was_written(tmp_path: Path) -> None:
    for name, data in golden().items():
        (tmp_path / name).write_bytes(data)
    scan = scan_folder(tmp_path)
    one, two, three = scan
    assert one.commands.tobytes() == command(1)
    assert two.commands.tobytes() == command(2) + command(3)
    assert three.commands.tobytes() == command(4) * 3
    assert [(f.segment, f.offset) for f in (one, two, three)] == [(1, 192), (1, 448), (2, 192)]
    assert [f.header.time_ns for f in (one, two)] == [1_787_273_940_000_000_000 + i for i in (0, 1)]
    assert (two.header.earlier_frame, two.header.events_hash) == (1, b"\xab" * 32)
    assert [f.header.term for f in (one, two, three)] == [1, 1, 2]
    end = scan.end
    assert (end.last_sequence, end.last_frame, end.torn_bytes) == (6, 3, 0)
    assert end.first_header.trading_day == 20260821
    assert end.first_header.image_digest == bytes(range(32))
    assert end.chain_hash == three.checksum == end.witness.chain_hash


def test_the_same_story_is_still_written_in_the_same_bytes(tmp_path: Path) -> None:
    write_golden(tmp_path / "j")
    assert folder_bytes(tmp_path / "j") == golden()
